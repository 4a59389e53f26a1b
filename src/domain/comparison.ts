import type { Day } from './day.js';
import {
  absolute,
  add,
  compare,
  negate,
  parseDecimal,
  proportion,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from './decimal.js';
import { billedAs, kindOf, modelNames, type ComparedKind, type Kind } from './comparison-kinds.js';
import { findWarnings, type PriceWarning } from './comparison-warnings.js';
import { groupBy, groupInto } from './group-into.js';
import type { ProviderId } from './provider.js';
import type { CostTotal } from './usage-store.js';

/** Bills and estimates of one project, model and day. */
export interface ComparedGroup {
  provider: ProviderId;
  organizationId: string;
  projectId: string;
  project: string;
  /** The empty text for what is charged whatever the model. */
  model: string;
  day: Day;
  currency: string;
  billed: Decimal;
  /** Null where nothing used has a price. */
  estimated: Decimal | null;
  explained: Decimal;
}

/** A line item that usage and prices do not account for; a negative rest was estimated and not billed. */
export interface UnexplainedItem {
  provider: ProviderId;
  organizationId: string;
  lineItem: string;
  model: string;
  currency: string;
  billed: Decimal;
  rest: Decimal;
}

export interface Comparison {
  groups: ComparedGroup[];
  /** Largest rest first. */
  unexplained: UnexplainedItem[];
  warnings: PriceWarning[];
  /** Sums of what was charged, a currency each; credits are no spend that usage could explain. */
  totals: { currency: string; billed: Decimal; estimated: Decimal; explained: Decimal }[];
}

/** A relative difference up to this is the provider's own rounding. */
const ROUNDING = 1_000_000n;
const LEAST = parseDecimal('0.000000001');

/**
 * Sets bills beside estimates of the same days: by project, model and day, and within them by kind of charge where the
 * bill's words tell it. Neither is ever added to the other.
 */
export function compareUsage(billed: readonly CostTotal[], estimated: readonly CostTotal[]): Comparison {
  const credits = billed.filter(({ cost }) => cost < 0n);
  const rows = withOneName([
    ...billed.filter(({ cost }) => cost >= 0n).map((row) => ({ row, kind: kindOf(row, false), isEstimate: false })),
    ...estimated.map((row) => ({ row, kind: kindOf(row, true), isEstimate: true })),
  ]);
  const pairs = groupInto(rows, ({ row: { organizationId, projectId, day, currency }, kind: { model } }) => [
    organizationId,
    projectId,
    model,
    day,
    currency,
  ]).map((group) => ({ group, kinds: pairKinds(group) }));
  const compared = pairs.map(({ group: [{ row, kind }], kinds }) => toGroup(row, kind.model, kinds));
  const kinds = pairs.flatMap((pair) => pair.kinds);
  return {
    groups: compared,
    unexplained: collectRest(kinds, credits),
    warnings: findWarnings(kinds),
    totals: sumUp(compared),
  };
}

interface Row {
  row: CostTotal;
  kind: Kind;
  isEstimate: boolean;
}

/** A provider may change how it names a model from one day to the next: names are matched within a project's day. */
function withOneName(rows: readonly Row[]): Row[] {
  const placeOf = ({ row: { organizationId, projectId, day } }: Row) =>
    JSON.stringify([organizationId, projectId, day]);
  const modelsOf = (side: readonly Row[]) => new Set(side.map(({ kind }) => kind.model));
  const nameOf = new Map(
    [...groupBy(rows, placeOf)].map(([place, own]) => {
      const [bills, estimates] = bothSides(own);
      return [place, modelNames(modelsOf(bills), modelsOf(estimates))];
    }),
  );
  return rows.map((each) => {
    const { model } = each.kind;
    return { ...each, kind: { ...each.kind, model: nameOf.get(placeOf(each))?.(model) ?? model } };
  });
}

/**
 * One pair a kind. Where a bill does not tell tiers apart, or cached from uncached, or no kinds at all, what is finer on the
 * other side is added up.
 */
function pairKinds(rows: readonly Row[]): ComparedKind[] {
  const [bills, estimates] = bothSides(rows);
  const tiers = new Set(bills.map(({ kind }) => kind.tier));
  const billedTypes = new Set(bills.map(({ kind }) => kind.tokenType));
  const byKind = !billedTypes.has(null);
  const byTier = byKind && estimates.every(({ kind }) => tiers.has(kind.tier));
  const typeOf = ({ tokenType }: Kind) => (tokenType === null ? '' : billedAs(tokenType, billedTypes));
  const pairKey = ({ kind }: Row) => (byKind ? `${typeOf(kind)}${byTier ? ` ${kind.tier}` : ''}` : '');
  return [...groupBy(rows, pairKey).values()].map((pair) => {
    const [own, used] = bothSides(pair);
    const [first] = pair;
    const { day, provider } = first.row;
    const estimated = used.length === 0 ? null : total(used);
    const kind = { ...first.kind, tokenType: byKind ? first.kind.tokenType : null };
    const sides = { bills: own.map(({ row }) => row), estimates: used.map(({ row }) => row) };
    return { kind, day, provider, billed: total(own), estimated, ...sides };
  });
}

function bothSides(rows: readonly Row[]): [bills: Row[], estimates: Row[]] {
  return [rows.filter(({ isEstimate }) => !isEstimate), rows.filter(({ isEstimate }) => isEstimate)];
}

function total(rows: readonly Row[]): Decimal {
  return sum(rows.map(({ row }) => row.cost));
}

function toGroup(
  { provider, organizationId, projectId, project, day, currency }: CostTotal,
  model: string,
  kinds: readonly ComparedKind[],
): ComparedGroup {
  const estimates = kinds.flatMap(({ estimated }) => (estimated === null ? [] : [estimated]));
  return {
    provider,
    organizationId,
    projectId,
    project,
    model,
    day,
    currency,
    billed: sum(kinds.map((kind) => kind.billed)),
    estimated: estimates.length === 0 ? null : sum(estimates),
    explained: sum(kinds.map(explainedOf)),
  };
}

/** As much of a charge as the estimate reaches; all of it where they differ by no more than rounding. */
function explainedOf({ billed, estimated }: Pick<ComparedKind, 'billed' | 'estimated'>): Decimal {
  if (estimated === null || billed <= 0n) return ZERO;
  return isRounding(billed, estimated) || billed <= estimated ? billed : estimated;
}

function isRounding(billed: Decimal, estimated: Decimal): boolean {
  const difference = absolute(subtract(billed, estimated));
  return difference <= LEAST || difference * ROUNDING <= absolute(billed);
}

/** What is left of each line item, over all projects and days. */
function collectRest(kinds: readonly ComparedKind[], credits: readonly CostTotal[]): UnexplainedItem[] {
  const items = new Map<string, UnexplainedItem>();
  const leave = (row: CostTotal, kind: Kind, billed: Decimal, rest: Decimal) => {
    const { provider, organizationId, lineItem, currency } = row;
    const key = JSON.stringify([provider, organizationId, lineItem, currency]);
    const item = items.get(key) ?? {
      provider,
      organizationId,
      lineItem,
      model: kind.model,
      currency,
      billed: ZERO,
      rest: ZERO,
    };
    items.set(key, { ...item, billed: add(item.billed, billed), rest: add(item.rest, rest) });
  };
  for (const row of credits) leave(row, kindOf(row, false), row.cost, row.cost);
  for (const { kind, billed, estimated, bills, estimates } of kinds) {
    if (estimated !== null && isRounding(billed, estimated)) continue;
    const rest = subtract(billed, estimated ?? ZERO);
    const last = bills.at(-1);
    if (last === undefined) for (const row of estimates) leave(row, kind, ZERO, negate(row.cost));
    let left = rest;
    for (const row of bills) {
      // Several line items of one kind share its rest as they share its bill; the last takes what division leaves over.
      const share = row === last ? left : billed === 0n ? ZERO : proportion(rest, row.cost, billed);
      left = subtract(left, share);
      leave(row, kind, row.cost, share);
    }
  }
  return [...items.values()]
    .filter(({ rest }) => rest !== 0n)
    .sort((a, b) => compare(absolute(b.rest), absolute(a.rest)));
}

function sumUp(groups: readonly ComparedGroup[]): Comparison['totals'] {
  return groupInto(groups, ({ currency }) => [currency])
    .map((own) => ({
      currency: own[0].currency,
      billed: sum(own.map(({ billed }) => billed)),
      estimated: sum(own.map(({ estimated }) => estimated ?? ZERO)),
      explained: sum(own.map(({ explained }) => explained)),
    }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
