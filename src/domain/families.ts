import { absolute, subtract, sum, ZERO, type Decimal } from './decimal.js';
import { dimensionOf, isTagWord, type GroupWord, type ReportGroup } from './dimensions.js';
import { addEffects, NO_EFFECTS, splitDifference, type Effects, type PricedLine } from './effects.js';
import { QUANTITY_SOURCES, type ChargedLine, type Quantity, type QuantitySource, type Side } from './explanation.js';
import { groupInto } from './group-into.js';

/** A line item on both sides; of it, a side may be missing. */
export interface PairedLine {
  lineItem: string;
  model: string | null;
  tokenType: string | null;
  before: ChargedLine | undefined;
  now: ChargedLine | undefined;
}

/** Lines that do the same work: of one project, currency, unit and token type. */
export interface Family {
  group: ReportGroup;
  currency: string;
  now: Decimal;
  before: Decimal;
  effects: Effects;
  /** Its lines with their quantities, a unit each, which volume, price and mix are told from. */
  measured: Measured[];
  /** Lines of which that cannot be told. */
  others: PairedLine[];
}

export interface Measured {
  unit: string | null;
  lines: MeasuredLine[];
  effects: Effects;
}

export interface MeasuredLine extends PairedLine {
  unit: string | null;
  priced: PricedLine;
}

/**
 * Puts the lines of both sides into families and tells the effects of each. What spend is grouped by divides a family where a
 * project has several of it: what is of the charge itself, such as its API key, and a tag, which holds on its days, as in reports.
 */
export function familiesOf(lines: readonly ChargedLine[], groupBy: readonly GroupWord[]): Family[] {
  const several = groupBy.filter((word) => isTagWord(word) || dimensionOf(word).column !== undefined).map(dimensionOf);
  const partOf = (line: ChargedLine) => several.map(({ key }) => line[key] ?? null);
  const pairs = groupInto(lines, (line) => [
    ...partOf(line),
    ...[line.projectId, line.currency, line.lineItem, line.model, line.tokenType],
  ]).map(toPair);
  return groupInto(pairs, ({ before, now, tokenType }) => {
    const line = (now ?? before) as ChargedLine;
    return [...partOf(line), line.projectId, line.currency, tokenType];
  }).map(toFamily);
}

function toPair(lines: readonly ChargedLine[]): PairedLine {
  const [before, now] = (['before', 'now'] as const).map((side) => merge(lines.filter((line) => line.side === side)));
  return {
    lineItem: lines[0]?.lineItem ?? '',
    model: lines[0]?.model ?? null,
    tokenType: lines[0]?.tokenType ?? null,
    before,
    now,
  };
}

/** Several where an estimate stands beside a bill. */
function merge(lines: readonly ChargedLine[]): ChargedLine | undefined {
  const [last] = [...lines].sort((a, b) => (a.lastDay < b.lastDay ? 1 : -1));
  if (last === undefined || lines.length === 1) return last;
  const quantityOf = (source: QuantitySource): Quantity | null => {
    const { unit } = last.quantities[source] ?? {};
    const known = lines
      .map(({ quantities }) => quantities[source])
      .filter((each) => each !== null && each.unit === unit);
    return unit === undefined || known.length < lines.length
      ? null
      : { unit, amount: sum(known.map((each) => each?.amount ?? ZERO)) };
  };
  return {
    ...last,
    cost: sum(lines.map(({ cost }) => cost)),
    hasCredit: lines.some(({ hasCredit }) => hasCredit),
    quantities: { bill: quantityOf('bill'), usage: quantityOf('usage') },
  };
}

function toFamily(pairs: readonly PairedLine[]): Family {
  const group = (pairs[0]?.now ?? pairs[0]?.before) as ChargedLine;
  const { measured, others } = QUANTITY_SOURCES.map((source) => divide(pairs, source)).reduce((best, each) =>
    weightOf(each.others) < weightOf(best.others) ? each : best,
  );
  const parts = groupInto(measured, ({ unit }) => [unit]).map((part) => ({
    unit: part[0].unit,
    lines: part,
    effects: splitDifference(part.map(({ priced }) => priced)),
  }));
  const other = subtract(costOf(others, 'now'), costOf(others, 'before'));
  return {
    ...{ group, currency: group.currency, measured: parts, others },
    now: costOf(pairs, 'now'),
    before: costOf(pairs, 'before'),
    effects: parts.reduce((sum, { effects }) => addEffects(sum, effects), { ...NO_EFFECTS, other }),
  };
}

/** All quantities of a family come from one source: the one that leaves less without, and the bill where both do as well. */
function divide(
  pairs: readonly PairedLine[],
  source: QuantitySource,
): { measured: MeasuredLine[]; others: PairedLine[] } {
  const measured: MeasuredLine[] = [];
  const others: PairedLine[] = [];
  for (const pair of pairs) {
    const found = measure(pair, source);
    if (found === null) others.push(pair);
    else measured.push({ ...pair, ...found });
  }
  return { measured, others };
}

function costOf(pairs: readonly PairedLine[], side: Side): Decimal {
  return sum(pairs.map((pair) => pair[side]?.cost ?? ZERO));
}

function weightOf(pairs: readonly PairedLine[]): Decimal {
  return sum(pairs.flatMap(({ before, now }) => [before, now]).map((line) => absolute(line?.cost ?? ZERO)));
}

/** Null for a line with a credit, and for one whose quantity is not known, counts different things, or is none for a cost. */
function measure(
  { before, now }: PairedLine,
  source: QuantitySource,
): { unit: string | null; priced: PricedLine } | null {
  const sides = [before, now].filter((line) => line !== undefined);
  if (sides.some(({ hasCredit, cost }) => hasCredit || cost < ZERO)) return null;
  const quantities = sides.map(({ quantities, cost }) => quantities[source] ?? (cost === ZERO ? 'free' : null));
  const known = quantities.filter((each): each is Quantity => each !== null && each !== 'free');
  const [first] = known;
  if (quantities.includes(null) || known.some(({ amount, unit }) => amount < ZERO || unit !== first?.unit)) return null;
  const charged = (line: ChargedLine | undefined) => ({
    cost: line?.cost ?? ZERO,
    quantity: line?.quantities[source]?.amount ?? ZERO,
  });
  const priced = { before: charged(before), now: charged(now) };
  if ([priced.before, priced.now].some(({ cost, quantity }) => cost > ZERO && quantity === ZERO)) return null;
  return { unit: first?.unit ?? null, priced };
}
