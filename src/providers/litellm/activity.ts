import { startOfDay, endOfDay } from '../../domain/day.js';
import { absolute, add, subtract, ZERO, type Decimal } from '../../domain/decimal.js';
import { UsageMerger, type UsageLine } from '../../domain/usage.js';
import { isBinaryNoise } from '../binary-sums.js';
import { CountedRow, type UsagePart } from '../usage-lines.js';
import type { DayActivity, Metrics } from './schema.js';

export const ENDPOINT = 'daily_activity';

/** What stands behind a key that the answer does not list, as its list is cut off below the keys with the highest spend. */
const NOT_LISTED = 'keys=not listed';

interface Place {
  model: string;
  key: string;
  team: string | null;
  detail: string;
}

/**
 * Lines of usage by team, model and key. A day may come in parts, one a page. What a model has beyond the keys that are listed, and
 * a day beyond its models, has a line of its own, so that a day's lines add up to its total.
 */
export function toLines(days: readonly DayActivity[]): UsageLine[] {
  const merger = new UsageMerger();
  for (const day of days) {
    const put = (place: Place, counted: Metrics) => {
      for (const line of linesOf(day, place, counted)) merger.add(line);
    };
    for (const { model, keys, ...whole } of day.models) {
      for (const { key, team, ...counted } of keys) put({ model, key, team, detail: '' }, counted);
      put({ model, key: '', team: null, detail: NOT_LISTED }, restOf(whole, keys));
    }
    put({ model: '', key: '', team: null, detail: '' }, restOf(day, day.models));
  }
  return merger.lines().filter(({ quantity }) => quantity !== ZERO);
}

function linesOf({ day }: DayActivity, { model, key, team, detail }: Place, counted: Metrics): UsageLine[] {
  const parts: UsagePart[] = [
    { tokenType: 'byok_spend', quantity: counted.spend },
    { tokenType: 'requests', quantity: counted.requests },
  ];
  const dimensions = { model, apiKeyId: key, detail };
  const row = new CountedRow({ endpoint: ENDPOINT, projectId: team, parts, dimensions });
  return [...row.within(startOfDay(day), endOfDay(day))];
}

function restOf(whole: Metrics, parts: readonly Metrics[]): Metrics {
  const rest = (field: keyof Metrics) =>
    leftOver(
      whole[field],
      parts.map((each) => each[field]),
    );
  return { spend: rest('spend'), requests: rest('requests') };
}

/** What binary sums of the same amounts differ by is nothing. */
function leftOver(whole: Decimal, parts: readonly Decimal[]): Decimal {
  const rest = parts.reduce((left, part) => subtract(left, part), whole);
  const size = parts.reduce((sum, part) => add(sum, absolute(part)), absolute(whole));
  return isBinaryNoise(rest, size) ? ZERO : rest;
}
