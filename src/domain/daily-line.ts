import { toLineItem, type CostLine } from './bucket.js';
import { daysOf, endOfDay, startOfDay, toDay, type Day, type DaySpan } from './day.js';
import type { CostPage } from './provider.js';
import { SharedValues } from './shared-values.js';

/** What a report says of a charge of a day; what it does not say may be left out. */
export type DailyCharge = Pick<CostLine, 'providerProjectId' | 'currency' | 'cost'> &
  Partial<Omit<CostLine, 'bucketStart' | 'bucketEnd' | 'lineItem'>> & {
    day: Day;
    description: string | null;
    /** Whatever else tells it from charges of the same description. */
    further?: readonly string[];
  };

const STARTS = new SharedValues(startOfDay);
const ENDS = new SharedValues(endOfDay);
const TEXTS = new SharedValues((text: string) => text);
const WORDS = [
  ...(['providerProjectId', 'providerProjectName', 'organizationId', 'lineItem', 'currency', 'quantityUnit'] as const),
  ...(['model', 'costType', 'tokenType', 'serviceTier', 'contextWindow', 'inferenceGeo'] as const),
];

/** The line of a day's bill. @throws CostsError `contract` for a description that is too long */
export function dailyLine({ day, description, further, ...charge }: DailyCharge): CostLine {
  const said = { contextWindow: null, serviceTier: null, inferenceGeo: null, ...charge };
  const line: CostLine = {
    bucketStart: STARTS.of(day),
    bucketEnd: ENDS.of(day),
    providerProjectName: null,
    organizationId: null,
    lineItem: toLineItem({ ...said, description, ...(further === undefined ? {} : { further }) }),
    quantity: null,
    quantityUnit: null,
    model: null,
    costType: null,
    tokenType: null,
    ...said,
  };
  for (const name of WORDS) line[name] &&= TEXTS.of(line[name]);
  return line;
}

/** The answer for a whole span, of a report without buckets: each of its days that has begun is answered. */
export function wholeAnswer(span: DaySpan, lines: CostLine[], now: Date): CostPage {
  const today = toDay(now);
  const buckets = daysOf(span)
    .filter((day) => day <= today)
    .map((day) => ({ start: startOfDay(day), end: endOfDay(day) }));
  return { buckets, lines, end: 'complete' };
}
