import { proportion, type Decimal } from '../../domain/decimal.js';
import { singleUnit } from '../../domain/single-units.js';
import type { UsageUnit } from '../../domain/token-types.js';

/** The providers' units as FOCUS writes them: capitalised, in the plural. */
const UNITS: Record<string, string> = {
  duration_seconds: 'Seconds',
  duration_minutes: 'Minutes',
  duration_hours: 'Hours',
  gibibyte_hours: 'GiB-Hours',
  bytes: 'B',
};

/**
 * A quantity in single units: thousands of tokens are tokens, so that a SKU has one unit however its bill counts on a day.
 * @param counts what the SKU counts, for a bill that gives a number alone
 */
export function inUnits(
  quantity: Decimal,
  unit: string | null,
  counts: UsageUnit | null,
): { quantity: Decimal; unit: string } {
  const said = (unit ?? '').trim();
  const { count, name } = singleUnit(said === '' ? (counts ?? 'units') : said);
  return { quantity: proportion(quantity, count), unit: UNITS[name] ?? inCapitals(name) };
}

/** `file_search_calls` as `File Search Calls`. */
export function inCapitals(name: string): string {
  return name.replaceAll('_', ' ').replace(/(^|\s)\p{Ll}/gu, (letter) => letter.toUpperCase());
}
