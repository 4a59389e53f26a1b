import { absolute, add, compare, formatDecimal, subtract, sum, ZERO, type Decimal } from './decimal.js';
import { fieldsOf, groupKey, type GroupWord, type ReportGroup } from './dimensions.js';
import { addEffects, mapEffects, NO_EFFECTS, type Effects } from './effects.js';
import type { Cause, ChargedLine, ExplainedDifference, Driver, ExplainedRow } from './explanation.js';
import { causesOf } from './causes.js';
import { familiesOf, type Family, type PairedLine } from './families.js';
import { groupInto } from './group-into.js';

/** What was compared, group by group; all of it adds up. */
export interface Explained {
  totals: ExplainedDifference[];
  rows: ExplainedRow[];
  others?: (ExplainedDifference & { rows: number })[];
  causes: Cause[];
}

/**
 * Why spend is not what it was: the effects of each group, of what --top left out, and of all, a currency each.
 * @param lines of both sides, over the days that are compared
 */
export function explain(lines: readonly ChargedLine[], groupBy: readonly GroupWord[], top = Infinity): Explained {
  const groups = groupInto(familiesOf(lines, groupBy), (family) => [groupKey(groupOf(family, groupBy))])
    .map((families) => ({ group: groupOf(families[0], groupBy), families, sums: addUp(families) }))
    .sort((a, b) => compare(differenceOf(b.sums), differenceOf(a.sums)));
  const [kept, left] = [new Set<(typeof groups)[number]>(), [] as typeof groups];
  for (const part of groupInto(groups, ({ group }) => [group.currency])) {
    part.slice(0, top).forEach((each) => kept.add(each));
    left.push(...part.slice(top));
  }
  return {
    totals: byCurrency(groups).map(({ currency, families }) => toDifference(currency, addUp(families))),
    rows: groups
      .filter((each) => kept.has(each))
      .map(({ group, families, sums }) => ({
        ...group,
        ...toDifference(group.currency, sums),
        drivers: driversOf(
          families.flatMap(({ measured, others }) => [...measured.flatMap((part) => part.lines), ...others]),
        ),
      })),
    ...(left.length === 0
      ? {}
      : {
          others: byCurrency(left).map(({ currency, rows, families }) => ({
            rows,
            ...toDifference(currency, addUp(families)),
          })),
        }),
    causes: groups
      .flatMap(({ group, families, sums }) => causesOf(group, families, sums))
      .sort((a, b) => compare(absolute(b.amount), absolute(a.amount)))
      .map((cause) => ({ ...cause, amount: formatDecimal(cause.amount) })),
  };
}

interface Sums {
  now: Decimal;
  before: Decimal;
  effects: Effects;
}

function addUp(families: readonly Family[]): Sums {
  return {
    now: sum(families.map(({ now }) => now)),
    before: sum(families.map(({ before }) => before)),
    effects: families.reduce((effects, each) => addEffects(effects, each.effects), NO_EFFECTS),
  };
}

function differenceOf({ now, before }: Sums): Decimal {
  return absolute(subtract(now, before));
}

function toDifference(currency: string, { now, before, effects }: Sums): ExplainedDifference {
  return {
    currency,
    now: formatDecimal(now),
    before: formatDecimal(before),
    difference: formatDecimal(subtract(now, before)),
    effects: mapEffects((effect) => formatDecimal(effects[effect])),
  };
}

/** Of a family, the fields of the words that were asked for. */
function groupOf({ group, currency }: Family, groupBy: readonly GroupWord[]): ReportGroup & { currency: string } {
  return { ...fieldsOf(group, groupBy), currency };
}

function byCurrency(groups: readonly { group: { currency: string }; families: readonly Family[] }[]) {
  return groupInto(groups, ({ group }) => [group.currency])
    .map((part) => ({
      currency: part[0].group.currency,
      rows: part.length,
      families: part.flatMap(({ families }) => families),
    }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** A line item of several projects is one. */
function driversOf(lines: readonly PairedLine[]): Driver[] {
  return groupInto(lines, ({ lineItem, model, tokenType }) => [lineItem, model, tokenType])
    .map((part) => {
      const { lineItem, model, tokenType } = part[0];
      const side = (name: 'before' | 'now') => part.flatMap((line) => line[name] ?? []);
      const [before, now] = [side('before'), side('now')];
      const units = new Set([...before, ...now].map((line) => quantityOf(line)?.unit));
      const quantity = (charged: readonly ChargedLine[]) => {
        const amounts = charged.map((line) => quantityOf(line)?.amount);
        const known = amounts.filter((amount) => amount !== undefined);
        return units.size > 1 || known.length < amounts.length ? null : formatDecimal(sum(known));
      };
      const cost = (charged: readonly ChargedLine[]) => charged.reduce((total, line) => add(total, line.cost), ZERO);
      return {
        difference: absolute(subtract(cost(now), cost(before))),
        driver: {
          ...{ lineItem, model, tokenType, before: formatDecimal(cost(before)), now: formatDecimal(cost(now)) },
          quantityBefore: quantity(before),
          quantityNow: quantity(now),
          unit: units.size > 1 ? null : ([...units][0] ?? null),
        },
      };
    })
    .filter(({ difference }) => difference !== ZERO)
    .sort((a, b) => compare(b.difference, a.difference))
    .map(({ driver }) => driver);
}

function quantityOf({ quantities }: ChargedLine) {
  return quantities.bill ?? quantities.usage;
}
