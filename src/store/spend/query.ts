import { SQL, type Sql } from '../sql.js';
import {
  dimensionOf,
  isTagWord,
  PATTERN_WORDS,
  requireTogether,
  tagKeyOf,
  type GroupWord,
  type TagWord,
} from '../../domain/dimensions.js';
import type { RowFilter } from '../../domain/report.js';
import { checkTagKey } from '../../domain/tag.js';

/** What is asked of a relation whose rows `c` have at least `project_id`, `day` and the columns of the words that are used. */
export interface SpendQuestion {
  rows: Sql;
  filter: RowFilter;
  groupBy?: readonly GroupWord[];
}

/** Rows of spend with their project `p`, its organization `g` and its tags, as far as the filter lets them through. */
export function fromSpend({ rows, filter, groupBy = [] }: SpendQuestion): Sql {
  return SQL`
    FROM (${rows}) c
    JOIN projects p ON p.id = c.project_id
    LEFT JOIN organizations g ON g.provider = p.ai_provider AND g.organization_id = p.ai_organization_id AND g.team_id = p.team_id
    ${apiKeyJoin(columnsOf({ ...filter, groupBy }), filter)}
    ${tagJoins(tagsOf({ ...filter, groupBy }))}
    WHERE ${SQL.join([...projectConditions(filter), ...rowConditions(filter)], ' AND ')}`;
}

/** Rows of spend with the fields of the question's words. @param select what is shown beside them */
export function selectSpend(question: Required<SpendQuestion>, select: readonly Sql[]): Sql {
  const fields = new Map(question.groupBy.flatMap((word) => Object.entries(dimensionOf(word).sql)));
  const shown = [...fields].map(([field, sql]) => SQL.raw(`${sql} AS "${field}"`));
  return SQL`SELECT ${SQL.join([...shown, ...select])} ${fromSpend(question)}`;
}

/**
 * Rows of spend added up by the words of the question. Grouped by no more than what tells rows apart: names follow from
 * that, and comparing them takes longer than adding.
 * @param by what else rows are grouped by
 * @param select what is shown beside the fields of the words
 */
export function groupSpend(
  question: Required<SpendQuestion>,
  { by, select }: { by: readonly Sql[]; select: readonly Sql[] },
): Sql {
  const words = question.groupBy.map(dimensionOf);
  const keys = words.map(({ by: grouped, key, sql }) => SQL.raw(grouped ?? sql[key] ?? key));
  return SQL`${selectSpend(question, select)} GROUP BY ${SQL.join([...keys, ...by])}`;
}

/** The columns of a row of spend that words and patterns need. @throws CostsError `usage` where no source tells all of them */
export function columnsOf({
  groupBy = [],
  patterns = {},
}: { groupBy?: readonly GroupWord[] } & Pick<RowFilter, 'patterns'>): string[] {
  const words = new Set([...groupBy, ...PATTERN_WORDS.filter((word) => patterns[word] !== undefined)]);
  requireTogether([...words]);
  return [...new Set([...words].flatMap((word) => dimensionOf(word).column ?? []))];
}

/** Every tag that is grouped or filtered by, once. */
export function tagsOf({ groupBy, tags = [] }: { groupBy: readonly GroupWord[] } & Pick<RowFilter, 'tags'>): TagWord[] {
  return [...new Set([...groupBy.filter(isTagWord), ...tags.map(({ key }): TagWord => `tag:${key}`)])];
}

/** A key that ended before the team kept people's names is its owner's all the same: one name an owner, of any of the team's keys. */
function apiKeyJoin(columns: readonly string[], { teamId }: RowFilter): Sql {
  if (!columns.includes('api_key_id')) return SQL.empty;
  return SQL`
    LEFT JOIN (
      SELECT *, max(owner_name) OVER (PARTITION BY owner_id) AS owner_called FROM api_keys
      WHERE (ai_provider, ai_organization_id) IN (SELECT ai_provider, ai_organization_id FROM projects WHERE team_id = ${teamId})
    ) k ON k.ai_provider = p.ai_provider AND k.ai_organization_id = p.ai_organization_id AND k.api_key_id = c.api_key_id`;
}

/**
 * The value that holds on the row's day. As spans, so that PostgreSQL makes a small table of them once instead of looking
 * for each row's.
 */
function tagJoins(words: readonly TagWord[]): Sql {
  const joins = words.map((word) => {
    // Safe in SQL: nothing in a tag's key would need to be escaped.
    const tag = `"tag:${checkTagKey(tagKeyOf(word))}"`;
    return SQL`
    LEFT JOIN (
      SELECT project_id, value, valid_from, coalesce(lead(valid_from) OVER (PARTITION BY project_id ORDER BY valid_from), 'infinity') AS valid_until
      FROM project_tags WHERE key = ${tagKeyOf(word)}
    ) ${SQL.raw(`${tag} ON ${tag}.project_id = p.id AND c.day >= ${tag}.valid_from AND c.day < ${tag}.valid_until`)}`;
  });
  return joins.length === 0 ? SQL.empty : SQL.join(joins, ' ');
}

/** Conditions on the project `p`. */
export function projectConditions({ teamId, provider, organizationId, projectIds, linked }: RowFilter): Sql[] {
  return [
    SQL`p.team_id = ${teamId}`,
    ...(provider === undefined ? [] : [SQL`p.ai_provider = ${provider}`]),
    ...(organizationId === undefined ? [] : [SQL`p.ai_organization_id = ${organizationId}`]),
    ...(projectIds === undefined ? [] : [SQL`p.id = ANY (${[...projectIds]}::text[])`]),
    ...(linked === undefined ? [] : [SQL`(p.linked_at IS NOT NULL OR p.ai_project_id IS NULL) = ${linked}`]),
  ];
}

/** Conditions on the row `c` and the joined tags. */
function rowConditions({ patterns = {}, tags = [] }: RowFilter): Sql[] {
  return [
    ...PATTERN_WORDS.flatMap((word) => {
      const [pattern, { column, matched = [`c.${column}`] }] = [patterns[word], dimensionOf(word)];
      if (pattern === undefined) return [];
      const fits = matched.map((text) => SQL`${SQL.raw(text)} LIKE ${likePattern(pattern)}`);
      return [SQL`(${SQL.join(fits, ' OR ')})`];
    }),
    ...tags.map(
      ({ key, value }) => SQL`${SQL.raw(`"tag:${checkTagKey(key)}".value`)} IS NOT DISTINCT FROM ${value}::text`,
    ),
  ];
}

/** `*` and `?` as LIKE writes them; everything else stands for itself. */
function likePattern(glob: string): string {
  return glob
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}
