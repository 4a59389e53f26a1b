import { isOtherReport } from '../domain/bill-source.js';
import type { Organization } from '../domain/collection.js';
import { isComparable, type Comparable, type CostProvider } from '../domain/cost-provider.js';
import { daysOf, spansOf, toDay, type Day, type DaySpan } from '../domain/day.js';
import { formatDecimal } from '../domain/decimal.js';
import { Sums } from '../domain/money.js';
import type { CostPage, ProviderCall } from '../domain/provider.js';
import { shell } from '../domain/shell.js';
import { addsUp, type OrganizationVerification } from '../domain/verification.js';
import { formatCount, formatDate, plural } from '../domain/words.js';
import { readWith } from './bill.js';
import { collectWindow } from './collect.js';
import { toWindows } from './plan.js';
import { differences, isEqual, isSame, type Comparison, type VerifyDependencies } from './verify-days.js';
import { noAnswer } from './work.js';

interface Reader {
  organization: Organization;
  provider: Comparable;
  call: ProviderCall;
  dependencies: VerifyDependencies;
}

/** Compares days with the provider's own totals of them, and a cycle's where it has one. */
export async function compareTotals(
  { organization, days, stored, dependencies }: Comparison,
  result: OrganizationVerification,
): Promise<void> {
  const provider = readWith(await dependencies.provider(organization.provider), organization);
  const call: ProviderCall = {
    key: await dependencies.adminKey(organization),
    organizationId: organization.organizationId,
    services: (await dependencies.store.termsOf(organization)).scope.only,
    signal: dependencies.signal,
    observe: () => undefined,
  };
  const { notReported, billReport, comparedWith = 'totals' } = provider.facts;
  if (billReport !== undefined && isOtherReport(organization.billSource)) result.billReport = billReport;
  if (notReported !== undefined) result.notReported = notReported;
  result.comparedWith = isComparable(provider) ? comparedWith : 'nothing';
  if (!isComparable(provider)) return;
  const reader: Reader = { organization, provider, call, dependencies };
  await compareCycle(provider, call, result);
  const gone: Day[] = [];
  for (const window of toWindows(days, provider.maxDaysPerRequest)) {
    const { totals, since } = await readTotals(reader, provider.fetchTotals(call, window), window);
    for (const day of daysOf(window)) {
      if (since !== undefined && day < since) {
        gone.push(day);
        continue;
      }
      const ours = stored.get(day);
      const theirs = totals.get(day);
      if (ours === undefined || theirs === undefined) throw noAnswer(provider, { since: day, until: day });
      result.days += 1;
      if (isEqual(ours, theirs)) {
        result.equal += 1;
        result.rounding.push(...differences(day, ours.totals, theirs));
      } else await lookAgain(reader, day, result);
    }
  }
  result.notCompared.push(...spansOf(gone).map((each) => ({ ...each, reason: 'not told any more' as const })));
}

/** A total of a cycle does not follow from those of days: it proves that the report itself is all that is charged. */
async function compareCycle(
  provider: CostProvider,
  call: ProviderCall,
  result: OrganizationVerification,
): Promise<void> {
  const cycle = (await provider.cycleTotal?.(call)) ?? null;
  if (cycle === null) return;
  const { since, currency, rows, total } = cycle;
  const isEqual = addsUp(rows, total);
  result.cycle = { since, currency, rows: formatDecimal(rows), provider: formatDecimal(total) };
  if (isEqual) return;
  const { name } = provider.facts;
  const amounts = `${formatDecimal(rows)} ${currency}, but its own total is ${formatDecimal(total)} ${currency}`;
  const message = `${name}'s rows since ${formatDate(since)} add up to ${amounts}.`;
  result.findings.push({ day: since, message, hint: shell`costs verify --organization ${result.organizationId}` });
}

/** The days that were answered, with their sums; a day without spend has none. */
async function readTotals(
  { organization }: Reader,
  pages: AsyncIterable<CostPage>,
  window: DaySpan,
): Promise<{ totals: Map<Day, Sums>; since: Day | undefined }> {
  const { days, since, lines } = await collectWindow(pages, organization, window);
  const totals = new Map(days.map((day) => [day, new Sums()]));
  for (const line of lines) totals.get(toDay(line.bucketStart))?.add(line);
  return { totals, since };
}

/** Reads a day again, with and without groups, to tell what is wrong from what merely changed since. */
async function lookAgain(reader: Reader, day: Day, result: OrganizationVerification): Promise<void> {
  const { organization, provider, call, dependencies } = reader;
  const window = { since: day, until: day };
  const rows = (await readTotals(reader, provider.fetchCosts(call, window), window)).totals.get(day);
  const total = (await readTotals(reader, provider.fetchTotals(call, window), window)).totals.get(day);
  const [ours] = await dependencies.store.storedDays(organization, window);
  if (rows === undefined || total === undefined || ours === undefined) throw noAnswer(provider, window);

  const { name } = provider.facts;
  const again = shell`costs backfill --since ${day} --until ${day} --force`;
  if (!isSame(rows, total)) {
    const message = `${name}'s rows of ${formatDate(day)} add up to ${inWords(rows)}, but its total is ${inWords(total)}.`;
    result.findings.push({ day, message, hint: shell`costs verify --since ${day} --until ${day}` });
  } else if (ours.rowsStored !== ours.rowsWritten) {
    const message = `${formatDate(day)} has ${plural(ours.rowsStored, 'row')} where ${formatCount(ours.rowsWritten)} were written: they were changed outside costs.`;
    result.findings.push({ day, message, hint: again });
  } else if (isSame(ours.totals, total)) {
    result.equal += 1;
    result.rounding.push(...differences(day, ours.totals, total));
  } else result.restated.push(...differences(day, ours.totals, total));
}

function inWords(sums: Sums): string {
  return [...sums].map(({ currency, cost }) => `${formatDecimal(cost)} ${currency}`).join(' and ') || 'nothing';
}
