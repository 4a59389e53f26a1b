import { dayState } from '../../domain/coverage.js';
import { toDay, type Day } from '../../domain/day.js';
import { add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../../domain/decimal.js';
import { providerName } from '../../providers/registry.js';
import type { UsageLine, UsageWrite } from '../../domain/usage.js';
import { CostsError } from '../../errors.js';
import type { Transaction } from '../transaction.js';
import { isClosedAt, keyOf, type LockedUsageDay } from './collected-usage.js';

/** Sums of one endpoint and unit, by day. */
type Sums = Map<string, { endpoint: string; unit: string; byDay: Map<Day, Decimal> }>;

/**
 * Refuses an answer that would lose most of what is stored of its closed days, by endpoint and unit: providers have been
 * seen to answer nothing, successfully.
 * @throws CostsError `shrink`
 */
export async function guardUsage(
  tx: Transaction,
  write: UsageWrite,
  days: readonly LockedUsageDay[],
  lines: readonly UsageLine[],
): Promise<void> {
  const closed = days.filter(({ day, readAt }) => readAt !== null && isClosedAt(day, write.requestedAt));
  if (closed.length === 0 || write.acceptRestatement) return;
  const guarded = new Set(closed.map(keyOf));
  const stored = await storedSums(tx, write, guarded);
  const answered: Sums = new Map();
  for (const line of lines) {
    const day = toDay(line.bucketStart);
    if (guarded.has(keyOf({ ...line, day }))) addTo(answered, line.endpoint, line.unit, day, line.quantity);
  }
  for (const [key, { endpoint, unit, byDay }] of stored) {
    const now = answered.get(key)?.byDay ?? new Map<Day, Decimal>();
    const [before, after] = [total(byDay), total(now)];
    if (after * 2n < before)
      refuse(write, `${formatDecimal(after)} ${unit} of ${endpoint} where ${formatDecimal(before)} are stored`);
    for (const { endpoint: of, day, readAt } of closed) {
      const emptied = of === endpoint && byDay.has(day) && !now.has(day);
      if (emptied && dayState(day, readAt) === 'settled')
        refuse(write, `no ${unit} of ${endpoint} for ${day}, which is settled and has some`);
    }
  }
}

function refuse({ provider }: UsageWrite, what: string): never {
  throw new CostsError('shrink', `${providerName(provider)} answered ${what}; nothing was changed.`, {
    hint: 'If the provider is right, run the same command again with --accept-restatement.',
  });
}

async function storedSums(tx: Transaction, write: UsageWrite, guarded: ReadonlySet<string>): Promise<Sums> {
  const days = write.answers.flatMap((answer) => answer.days).sort();
  const rows = await tx.$queryRaw<{ endpoint: string; unit: string; day: Day; quantity: string }[]>`
    SELECT u.endpoint, u.unit, to_char(u.bucket_start_time, 'YYYY-MM-DD') AS day, sum(u.quantity)::text AS quantity
    FROM projects p JOIN usage_data u ON u.project_id = p.id
    WHERE p.ai_provider = ${write.provider} AND p.ai_organization_id = ${write.organizationId} AND u.bucket_width = ${write.width}
      AND u.bucket_start_time >= ${days[0]}::timestamp AND u.bucket_start_time < ${days.at(-1)}::timestamp + interval '1 day'
    GROUP BY 1, 2, 3`;
  const sums: Sums = new Map();
  for (const { endpoint, unit, day, quantity } of rows) {
    if (guarded.has(keyOf({ endpoint, day }))) addTo(sums, endpoint, unit, day, parseDecimal(quantity));
  }
  return sums;
}

function addTo(sums: Sums, endpoint: string, unit: string, day: Day, quantity: Decimal): void {
  const key = `${endpoint} ${unit}`;
  const of = sums.get(key) ?? { endpoint, unit, byDay: new Map<Day, Decimal>() };
  of.byDay.set(day, add(of.byDay.get(day) ?? ZERO, quantity));
  sums.set(key, of);
}

function total(byDay: ReadonlyMap<Day, Decimal>): Decimal {
  return [...byDay.values()].reduce(add, ZERO);
}
