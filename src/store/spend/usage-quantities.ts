import { SQL, type Sql } from '../sql.js';
import { billedAs, kindOf, type Kind } from '../../domain/comparison-kinds.js';
import { add, type Decimal } from '../../domain/decimal.js';
import { tierOf } from '../../domain/price.js';
import type { ExportRow } from '../../domain/export.js';
import type { RowFilter } from '../../domain/report.js';
import { asUsed } from '../../providers/registry.js';
import type { Statements } from '../statements.js';
import { readUsage, type UsageTotal } from '../usage/usage-totals.js';
import { fromSpend, projectConditions } from './query.js';
import { spendRows } from './relation.js';

/** A charge of a day, as a bill describes it. */
export type Charge = Pick<
  ExportRow,
  | 'projectId'
  | 'day'
  | 'provider'
  | 'lineItem'
  | 'model'
  | 'tokenType'
  | 'serviceTier'
  | 'contextWindow'
  | 'inferenceGeo'
>;

interface Used {
  quantity: Decimal;
  unit: string;
}

/** The quantity of a charge, by usage of the same dimensions; null where there is none, or several charges share it. */
export type UsageOfCharges = (charge: Charge) => Used | null;

export const CHARGE_COLUMNS = ['line_item', 'model', 'token_type', 'service_tier', 'context_window', 'inference_geo'];
const USUAL = new Set(['', '0-200k', 'global', 'not_available']);

/** The fields of a charge over a row of spend `c` and its project `p`. */
export function selectCharge(): Sql {
  return SQL`p.id AS "projectId", to_char(c.day, 'YYYY-MM-DD') AS day, p.ai_provider AS provider, c.line_item AS "lineItem", c.model,
    c.token_type AS "tokenType", c.service_tier AS "serviceTier", c.context_window AS "contextWindow", c.inference_geo AS "inferenceGeo"`;
}

/**
 * Reads what was used on the days of a span and which charges there are that it could belong to.
 * @param filter of which only what chooses projects is heeded: their charges are matched whole
 */
export async function readUsageOfCharges(
  tx: Statements,
  { patterns: _patterns, tags: _tags, ...filter }: RowFilter,
): Promise<UsageOfCharges | null> {
  const { since, until } = filter;
  const ofProjects = SQL.join(projectConditions(filter), ' AND ');
  const usage = await readUsage(tx, ofProjects, { since, until });
  if (usage.length === 0) return null;
  const rows = spendRows({ since, until, basis: 'billed' }, { kinds: ['billed'], columns: CHARGE_COLUMNS });
  const charges = await tx.$queryRaw<Charge[]>`SELECT ${selectCharge()} ${fromSpend({ rows, filter })} AND c.cost >= 0`;
  return matchUsage(usage, charges);
}

/** Gives each usage to the one kind of charge of its day that takes it in. */
function matchUsage(usage: readonly UsageTotal[], charges: readonly Charge[]): UsageOfCharges {
  const counts = new Map<string, number>();
  const billed = new Map<string, Set<string | null>>();
  for (const charge of charges) {
    const kind = kindOfCharge(charge);
    const key = quantityKey(charge, kind, kind.tokenType);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const group = quantityKey(charge, kind, '');
    billed.set(group, (billed.get(group) ?? new Set()).add(kind.tokenType));
  }
  const used = new Map<string, Used | null>();
  for (const each of usage) {
    const kind = kindOfUsage(each);
    const names = billed.get(quantityKey(each, kind, '')) ?? new Set();
    const key = quantityKey(each, kind, billedAs(kind.tokenType ?? '', names));
    const known = used.get(key);
    if (known === undefined) used.set(key, { quantity: each.quantity, unit: each.unit });
    // Tokens and requests are never added: such a charge has no one quantity.
    else if (known !== null)
      used.set(key, known.unit === each.unit ? { ...known, quantity: add(known.quantity, each.quantity) } : null);
  }
  return (charge) => {
    const kind = kindOfCharge(charge);
    const key = quantityKey(charge, kind, kind.tokenType);
    return kind.tokenType !== null && counts.get(key) === 1 ? (used.get(key) ?? null) : null;
  };
}

function kindOfCharge(charge: Charge): Kind {
  return kindOf(asUsed(charge), false);
}

function kindOfUsage(usage: UsageTotal): Kind {
  return kindOf({ ...usage, lineItem: usage.endpoint, serviceTier: tierOf(usage) }, true);
}

type Place = Pick<Charge, 'projectId' | 'day' | 'contextWindow' | 'inferenceGeo'>;

function quantityKey(
  { projectId, day, contextWindow, inferenceGeo }: Place,
  kind: Kind,
  tokenType: string | null,
): string {
  const named = [contextWindow ?? '', inferenceGeo ?? ''].map((value) => (USUAL.has(value) ? '' : value));
  return JSON.stringify([projectId, day, kind.model, kind.tier, tokenType, ...named]);
}
