import { CostsError } from '../errors.js';
import type { Day } from './day.js';
import { requireOneOf } from './one-of.js';
import type { ReportColumn } from './report-columns.js';
import { shell } from './shell.js';
import { checkTagKey } from './tag.js';

/** What a row of a report is about: the fields of the words it is grouped by, in the order they were given. */
export interface ReportGroup {
  provider?: string | null;
  organization?: string | null;
  organizationId?: string | null;
  project?: string;
  projectId?: string;
  /** Nobody tied the project to the provider's. */
  linked?: boolean;
  lineItem?: string;
  /** Null where the bill names none. */
  model?: string | null;
  /** Null where the bill does not tell. */
  tokenType?: string | null;
  /** Null where nothing says whether it is text, audio, image or video. */
  modality?: string | null;
  /** What people call the API key, its id where that is all there is; null for spend of none. */
  apiKey?: string | null;
  apiKeyId?: string | null;
  /** The person or service account behind the API key. */
  owner?: string | null;
  ownerId?: string | null;
  /** What the provider sells under a name of its own; null where it does not tell. */
  product?: string | null;
  day?: Day;
  /** ISO week, `2026-W47`. */
  week?: string;
  /** `2026-11` */
  month?: string;
  /** The tag's value; null where the project has none that day. */
  [tag: TagWord]: string | null;
}

/** Groups by the value of a tag of the project, as of the bucket's day. */
export type TagWord = `tag:${string}`;
export type Field = Exclude<keyof ReportGroup, TagWord>;

/** Something spend can be grouped by. What people can ask for and what they are shown follows from these entries alone. */
export interface Dimension {
  /** What people see: a heading, and the field below it. */
  columns: Readonly<Record<string, Field | TagWord>>;
  /** Each field over a row of spend `c`, its project `p`, that one's organization `g`, and its API key `k` where a word needs its id. */
  sql: Readonly<Partial<Record<Field | TagWord, string>>>;
  /** The field that tells its values apart; the others follow from it. */
  key: Field | TagWord;
  /** What rows are grouped by, where the key alone would not do or is slower to compare; the fields depend on it. */
  by?: string;
  /** The column of a row of spend that it needs, where it needs one. */
  column?: string;
  /** Told by a source of its own, which knows the columns of no other word. */
  isApart?: boolean;
  /** Several values of its column may share one of its own. */
  isCoarser?: boolean;
  /** What people see where the field is null. */
  none?: string;
  /** Its values are spans of time, and so have an order of their own. */
  period?: 'day' | 'week' | 'month';
  /** The help of the option that chooses its values by a pattern; without one there is no such option. */
  pattern?: string;
  /** What a pattern may fit, where that is more than the column. */
  matched?: readonly string[];
  /** Whether the ledger keeps it, so that it can be told as of an instant. */
  kept: boolean;
}

/** By the words of `--group-by`. To add one, add its fields to `ReportGroup` and an entry here. */
export const DIMENSIONS = {
  provider: {
    columns: { Provider: 'provider' },
    sql: { provider: 'p.ai_provider' },
    key: 'provider',
    none: '(old system)',
    kept: true,
  },
  organization: {
    columns: { Organization: 'organization' },
    sql: {
      provider: 'p.ai_provider',
      organization: 'coalesce(g.name, p.ai_organization_id)',
      organizationId: 'p.ai_organization_id',
    },
    key: 'organizationId',
    by: 'p.ai_provider, p.ai_organization_id, g.name',
    none: '(old system)',
    kept: true,
  },
  project: {
    columns: { Project: 'project', Organization: 'organization' },
    sql: {
      project: 'p.name',
      projectId: 'p.id',
      provider: 'p.ai_provider',
      organization: 'coalesce(g.name, p.ai_organization_id)',
      organizationId: 'p.ai_organization_id',
      linked: '(p.linked_at IS NOT NULL OR p.ai_project_id IS NULL)',
    },
    key: 'projectId',
    by: 'p.id, g.name',
    kept: true,
  },
  'line-item': {
    columns: { 'Line item': 'lineItem' },
    sql: { lineItem: 'c.line_item' },
    key: 'lineItem',
    column: 'line_item',
    pattern: 'only these line items; * and ? stand for anything',
    kept: true,
  },
  model: {
    columns: { Model: 'model' },
    sql: { model: 'c.model' },
    key: 'model',
    column: 'model',
    none: '(no model)',
    pattern: 'only these models; * and ? stand for anything',
    kept: true,
  },
  'token-type': {
    columns: { 'Token type': 'tokenType' },
    sql: { tokenType: 'c.token_type' },
    key: 'tokenType',
    column: 'token_type',
    none: '(no token type)',
    kept: false,
  },
  modality: {
    columns: { Modality: 'modality' },
    sql: { modality: 'c.modality' },
    key: 'modality',
    column: 'modality',
    none: '(no modality)',
    kept: false,
  },
  'api-key': {
    columns: { 'API key': 'apiKey' },
    sql: { apiKey: `coalesce(k.name, nullif(c.api_key_id, ''))`, apiKeyId: `nullif(c.api_key_id, '')` },
    key: 'apiKeyId',
    by: 'c.api_key_id, k.name',
    column: 'api_key_id',
    none: '(no API key)',
    pattern: 'only spend of these API keys, by name or id; * and ? stand for anything',
    matched: ['c.api_key_id', 'k.name'],
    kept: false,
  },
  owner: {
    columns: { Owner: 'owner' },
    sql: { owner: 'coalesce(k.owner_called, k.owner_id)', ownerId: 'k.owner_id' },
    key: 'ownerId',
    by: 'k.owner_id, k.owner_called',
    column: 'api_key_id',
    isCoarser: true,
    none: '(no owner)',
    kept: false,
  },
  product: {
    columns: { Product: 'product' },
    sql: { product: `nullif(c.product, '')` },
    key: 'product',
    by: 'c.product',
    column: 'product',
    isApart: true,
    none: '(no product)',
    kept: false,
  },
  day: {
    columns: { Day: 'day' },
    sql: { day: "to_char(c.day, 'YYYY-MM-DD')" },
    key: 'day',
    by: 'c.day',
    period: 'day',
    kept: true,
  },
  week: {
    columns: { Week: 'week' },
    sql: { week: `to_char(date_trunc('week', c.day), 'IYYY-"W"IW')` },
    key: 'week',
    by: `date_trunc('week', c.day)`,
    period: 'week',
    kept: true,
  },
  month: {
    columns: { Month: 'month' },
    sql: { month: "to_char(date_trunc('month', c.day), 'YYYY-MM')" },
    key: 'month',
    by: `date_trunc('month', c.day)`,
    period: 'month',
    kept: true,
  },
} satisfies Record<string, Dimension>;

export type DimensionWord = keyof typeof DIMENSIONS;
export type GroupWord = DimensionWord | TagWord;

/** Those whose values can be chosen by a pattern: an option each. */
export type PatternWord = {
  [Word in DimensionWord]: (typeof DIMENSIONS)[Word] extends { pattern: string } ? Word : never;
}[DimensionWord];

export const DIMENSION_WORDS = Object.keys(DIMENSIONS) as DimensionWord[];
/** What may be grouped by, as people are told it. */
export const GROUP_CHOICES: readonly string[] = [...DIMENSION_WORDS, 'tag:KEY'];
const ALL: Readonly<Record<DimensionWord, Dimension>> = DIMENSIONS;
export const PATTERN_WORDS = DIMENSION_WORDS.filter((word): word is PatternWord => ALL[word].pattern !== undefined);
const KEYS = DIMENSION_WORDS.map((word) => ALL[word].key);

export function dimensionOf(word: GroupWord): Dimension {
  if (!isTagWord(word)) return ALL[word];
  const key = tagKeyOf(word);
  return { columns: { [key]: word }, sql: { [word]: `"${word}".value` }, key: word, none: `(no ${key})`, kept: true };
}

/** @throws CostsError `usage` unless they are one to three different words that may be grouped by */
export function checkGroupBy(words: readonly string[]): readonly GroupWord[] {
  for (const word of words) {
    if (isTagWord(word)) checkTagKey(tagKeyOf(word));
    else requireOneOf(word, GROUP_CHOICES);
  }
  if (words.length >= 1 && words.length <= 3 && new Set(words).size === words.length) return words as GroupWord[];
  throw new CostsError('usage', 'Give one to three different words.');
}

export function isTagWord(word: string): word is TagWord {
  return word.startsWith('tag:');
}

/** The key of a tag word. */
export function tagKeyOf(word: TagWord): string {
  return word.slice('tag:'.length);
}

export function isTimeWord(word: GroupWord): boolean {
  return dimensionOf(word).period !== undefined;
}

/** Tells rows apart that differ in what they are about or in their currency. */
export function groupKey(row: ReportGroup & { currency: string }): string {
  const tags = Object.entries(row).filter(([field]) => isTagWord(field));
  return JSON.stringify([...KEYS.map((key) => row[key]), row.currency, tags]);
}

/** What of a row the words are about. */
export function fieldsOf(row: ReportGroup, words: readonly GroupWord[]): ReportGroup {
  const fields = new Set<string>(words.flatMap((word) => Object.keys(dimensionOf(word).sql)));
  return Object.fromEntries(Object.entries(row).filter(([field]) => fields.has(field)));
}

/** @throws CostsError `usage` where one of the words is told by a source that does not know another */
export function requireTogether(words: readonly GroupWord[]): void {
  const apart = words.find((word) => dimensionOf(word).isApart === true);
  const other = words.find((word) => word !== apart && dimensionOf(word).column !== undefined);
  if (apart === undefined || other === undefined) return;
  const known = DIMENSION_WORDS.filter((word) => ALL[word].column === undefined);
  throw new CostsError('usage', `What is told by ${apart} is not told by ${other}: leave one of them out.`, {
    hint: `With ${apart} go ${known.join(', ')} and tag:KEY.`,
  });
}

/**
 * @param columns of a report, made of what the ledger does not keep
 * @throws CostsError `usage` where the ledger does not keep one of the words, or a column
 */
export function requireKept(words: readonly GroupWord[], columns: readonly ReportColumn[] = []): void {
  const [column] = columns;
  if (column !== undefined)
    throw new CostsError(
      'usage',
      `What bills said before they were changed is kept without quantities and list amounts, which ${column} is made of.`,
      {
        hint: shell`Leave --as-of out, or --columns: costs report --columns ${columns.join(',')}`,
      },
    );
  const lost = words.find((word) => !dimensionOf(word).kept);
  if (lost === undefined) return;
  const kept = DIMENSION_WORDS.filter((word) => ALL[word].kept);
  throw new CostsError('usage', `What bills said before they were changed is not kept by ${lost}.`, {
    hint: `Use ${kept.join(', ')} or tag:KEY; a report without --as-of tells the others, too.`,
  });
}
