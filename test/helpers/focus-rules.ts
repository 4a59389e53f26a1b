import { readFile } from 'node:fs/promises';
import type { FocusVersion } from '../../src/domain/export.js';

/** A check as a list: its name, then what it is about. */
export type Check = [name: string, ...parts: unknown[]];

/** A static rule of FOCUS in as few words as a check needs. */
export interface FocusRule {
  id: string;
  /** What a provider must support for the rule to hold. */
  needs: string[];
  column: string;
  when: Check | null;
  check: Check;
}

export type FocusCells = Record<string, string>;

/** What the providers we export support, of all that rules can depend on. */
export const SUPPORTED = new Set([
  'ACCOUNT_NAMING_SUPPORTED',
  'MULTIPLE_PRICING_CATEGORIES_SUPPORTED',
  'MULTIPLE_SUB_ACCOUNT_TYPES_SUPPORTED',
  'NEGOTIATED_PRICING_SUPPORTED',
  'PUBLIC_PRICE_LIST_SUPPORTED',
  'SUB_ACCOUNT_SUPPORTED',
  'TAGGING_SUPPORTED',
  'UNIT_PRICING_SUPPORTED',
  'USAGE_MEASUREMENT_SUPPORTED',
]);

/** The distilled rules, one a line. */
export async function readFocusRules(version: FocusVersion): Promise<FocusRule[]> {
  const text = await readFile(new URL(`../fixtures/focus/rules-${version}.jsonl`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as FocusRule);
}

interface Published {
  CheckFunction: string;
  Items?: Published[];
  ColumnName?: string;
  ColumnAName?: string;
  ColumnBName?: string;
  ResultColumnName?: string;
  Value?: unknown;
  ExpectedCount?: unknown;
}

interface PublishedRule {
  /** Since 1.4. */
  Status?: string;
  Function: string;
  Reference: string;
  Type: string;
  ApplicabilityCriteria: string[];
  ValidationCriteria: { Keyword: string; Requirement: Published; Condition: Published | Record<string, never> };
}

/** Data sets beside costs and usage, whose rules have their own prefix since 1.4. */
const OTHER_DATA = /^(?:ATT|BIP|CCT|IND)-/;

/**
 * Distils the rules as the FinOps Foundation publishes them: those of costs and usage that a MUST (NOT) makes, that hold, and
 * that a file alone can show.
 */
export function distil(published: { ModelRules: Record<string, PublishedRule> }): FocusRule[] {
  return Object.entries(published.ModelRules)
    .filter(
      ([id, { Type, Function: kind, Status = 'Active', ValidationCriteria }]) =>
        !OTHER_DATA.test(id) &&
        Status === 'Active' &&
        Type === 'Static' &&
        kind !== 'Composite' &&
        /^MUST/.test(ValidationCriteria.Keyword),
    )
    .map(
      ([
        id,
        {
          Reference,
          ApplicabilityCriteria,
          ValidationCriteria: { Requirement, Condition },
        },
      ]) => ({
        id,
        needs: ApplicabilityCriteria,
        column: Reference,
        when: 'CheckFunction' in Condition ? toCheck(Condition as Published) : null,
        check: toCheck(Requirement),
      }),
    );
}

function toCheck(published: Published): Check {
  const { CheckFunction: name, Items, ...rest } = published;
  if (Items !== undefined) return [name, ...Items.map(toCheck)];
  return [name, ...Object.values(rest)];
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE]-?\d+)?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * The rules that rows break, with one of the rows each, and those that were checked. Rules of columns that are not there say
 * nothing but that they must be, where they must.
 */
export function checkFocus(rules: readonly FocusRule[], rows: readonly FocusCells[]) {
  const columns = new Set(Object.keys(rows[0] ?? {}));
  const applicable = rules.filter(
    ({ needs, column, check: [name] }) =>
      needs.every((need) => SUPPORTED.has(need)) && (name === 'ColumnPresent' || columns.has(column)),
  );
  const distinct = new Map<string, Map<string, Set<string>>>();
  const valuesBy = (a: string, b: string) => {
    const known = distinct.get(`${a} ${b}`);
    if (known !== undefined) return known;
    const made = new Map<string, Set<string>>();
    for (const row of rows) made.set(row[a] ?? '', (made.get(row[a] ?? '') ?? new Set()).add(row[b] ?? ''));
    distinct.set(`${a} ${b}`, made);
    return made;
  };
  const holds = ([name, ...parts]: Check, row: FocusCells): boolean => {
    const [first, second, third] = parts as [string, (string | null)?, string?];
    const cell = row[first] ?? '';
    switch (name) {
      case 'AND':
        return parts.every((part) => holds(part as Check, row));
      case 'OR':
        return parts.some((part) => holds(part as Check, row));
      case 'ColumnPresent':
        return columns.has(first);
      case 'CheckValue':
        return cell === (second === null ? '' : String(second));
      case 'CheckNotValue':
        return cell !== (second === null ? '' : String(second));
      case 'CheckSameValue':
        return cell === row[second ?? ''];
      case 'CheckNotSameValue':
        return cell !== row[second ?? ''];
      case 'TypeDecimal':
      case 'FormatNumeric':
      case 'CheckDecimalValue':
        return cell === '' || NUMBER.test(cell);
      case 'TypeDateTime':
      case 'FormatDateTime':
        return cell === '' || INSTANT.test(cell);
      case 'TypeJSON':
        return cell === '' || isJsonObject(cell);
      case 'TypeString':
      case 'FormatString':
        return cell === '' || cell.trim() !== '';
      case 'FormatKeyValue':
        return cell === '' || isPairs(cell);
      case 'FormatCurrency':
      case 'CheckNationalCurrency':
        return cell === '' || /^[A-Z]{3}$/.test(cell);
      case 'CheckGreaterOrEqualThanValue':
        return cell === '' || exact(cell) >= exact(String(second));
      case 'ColumnByColumnEqualsColumnValue':
        return isProduct(cell, row[second ?? ''] ?? '', row[third ?? ''] ?? '');
      case 'CheckDistinctCount':
        return valuesBy(first, second ?? '').get(cell)?.size === Number(third);
      default:
        throw new Error(`No check is known by the name ${name}.`);
    }
  };
  const broken = applicable.flatMap(({ id, when, check }) => {
    const row = rows.find((each) => (when === null || holds(when, each)) && !holds(check, each));
    return row === undefined ? [] : [{ id, row }];
  });
  return { checked: applicable.map(({ id }) => id), broken };
}

function isJsonObject(cell: string): boolean {
  const value = JSON.parse(cell) as unknown;
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPairs(cell: string): boolean {
  return isJsonObject(cell) && Object.values(JSON.parse(cell) as object).every((each) => typeof each !== 'object');
}

/** Scaled so that prices with 30 decimals and their products stay whole. */
function exact(text: string, scale = 80): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
}

/** Exactly. */
function isProduct(a: string, b: string, product: string): boolean {
  return a === '' || b === '' || product === '' || exact(a, 40) * exact(b, 40) === exact(product, 80);
}
