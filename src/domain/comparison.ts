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
  const bills = billed.filter(({ cost }) => cost >= 0n);
  const models = modelsByPlace(bills, estimated);
  const groups = new Map<string, { head: CostTotal; model: string; bills: Row[]; estimates: Row[] }>();
  const place = (row: CostTotal, isEstimate: boolean) => {
    const kind = kindOf(row, isEstimate);
    const model = models(row, kind.model);
    const key = JSON.stringify([row.organizationId, row.projectId, model, row.day, row.currency]);
    const group = groups.get(key) ?? { head: row, model, bills: [], estimates: [] };
    group[isEstimate ? 'estimates' : 'bills'].push({ row, kind: { ...kind, model } });
    groups.set(key, group);
  };
  for (const row of bills) place(row, false);
  for (const row of estimated) place(row, true);

  const pairs = [...groups.values()].map((group) => ({ group, kinds: pairKinds(group.bills, group.estimates) }));
  const compared = pairs.map(({ group: { head, model }, kinds }) => toGroup(head, model, kinds));
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
}

/** A provider may change how it names a model from one day to the next: names are matched within a project's day. */
function modelsByPlace(
  billed: readonly CostTotal[],
  estimated: readonly CostTotal[],
): (row: CostTotal, model: string) => string {
  const placeOf = ({ organizationId, projectId, day }: CostTotal) => JSON.stringify([organizationId, projectId, day]);
  const places = new Map<string, { billed: Set<string>; used: Set<string> }>();
  const note = (row: CostTotal, isEstimate: boolean) => {
    const place = places.get(placeOf(row)) ?? { billed: new Set(), used: new Set() };
    place[isEstimate ? 'used' : 'billed'].add(kindOf(row, isEstimate).model);
    places.set(placeOf(row), place);
  };
  for (const row of billed) note(row, false);
  for (const row of estimated) note(row, true);
  return (row, model) => {
    const place = places.get(placeOf(row));
    return place === undefined ? model : modelNames(place.billed, place.used)(model);
  };
}

/**
 * One pair a kind. Where a bill does not tell tiers apart, or cached from uncached, or no kinds at all, what is finer on the
 * other side is added up.
 */
function pairKinds(bills: readonly Row[], estimates: readonly Row[]): ComparedKind[] {
  const tiers = new Set(bills.map(({ kind }) => kind.tier));
  const billedTypes = new Set(bills.map(({ kind }) => kind.tokenType));
  const byKind = !billedTypes.has(null);
  const byTier = byKind && estimates.every(({ kind }) => tiers.has(kind.tier));
  const typeOf = ({ tokenType }: Kind) => (tokenType === null ? '' : billedAs(tokenType, billedTypes));
  const pairKey = ({ kind }: Row) => (byKind ? `${typeOf(kind)}${byTier ? ` ${kind.tier}` : ''}` : '');
  const pairs = new Map<string, { bills: Row[]; estimates: Row[] }>();
  for (const [side, rows] of [
    ['bills', bills],
    ['estimates', estimates],
  ] as const) {
    for (const row of rows) {
      const pair = pairs.get(pairKey(row)) ?? { bills: [], estimates: [] };
      pair[side].push(row);
      pairs.set(pairKey(row), pair);
    }
  }
  return [...pairs.values()].flatMap((pair) => {
    const first = pair.bills[0] ?? pair.estimates[0];
    if (first === undefined) return [];
    const { day, provider } = first.row;
    const estimated = pair.estimates.length === 0 ? null : total(pair.estimates);
    const kind = { ...first.kind, tokenType: byKind ? first.kind.tokenType : null };
    const rows = { bills: pair.bills.map(({ row }) => row), estimates: pair.estimates.map(({ row }) => row) };
    return [{ kind, day, provider, billed: total(pair.bills), estimated, ...rows }];
  });
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
  const totals = new Map<string, Comparison['totals'][number]>();
  for (const { currency, billed, estimated, explained } of groups) {
    const known = totals.get(currency) ?? { currency, billed: ZERO, estimated: ZERO, explained: ZERO };
    totals.set(currency, {
      currency,
      billed: add(known.billed, billed),
      estimated: add(known.estimated, estimated ?? ZERO),
      explained: add(known.explained, explained),
    });
  }
  return [...totals.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
