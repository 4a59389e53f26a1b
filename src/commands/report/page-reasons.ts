import { endOfMonthOf, startOfMonthOf, type Day } from '../../domain/day.js';
import type { Cause } from '../../domain/explanation.js';
import { forecastOf } from '../../domain/forecast.js';
import { groupInto } from '../../domain/group-into.js';
import type { ReportQuery, SpendReader } from '../../domain/report.js';
import type { MonthEnd, SpendPage, SpikeCauses } from '../../domain/spend-page.js';
import type { Spike } from '../../domain/spikes.js';
import { CostsError } from '../../errors.js';
import { readExplanation } from '../../library/explain.js';
import { readSeries } from '../../library/forecast.js';
import { closedDays } from '../../library/verify.js';

/** As many as the page shows. */
const MOST_SPIKES = 6;

/** What moved each project between the periods, and on the days that stand out against what is usual there. */
export async function readCauses(
  reports: SpendReader,
  query: ReportQuery,
  { compared, spikes, today }: { compared: SpendPage['compared']; spikes: readonly Spike[]; today: Day },
): Promise<SpendPage['causes']> {
  // What bills said before they were changed is not kept with its quantities.
  if (query.asOf !== undefined) return { between: [], onSpikes: [] };
  const byProject = { ...query, groupBy: ['project'] as const };
  const current = closedDays(compared.current, today);
  const between =
    current === null ? [] : (await readExplanation(reports, { ...byProject, ...current }, compared.previous)).causes;
  const onSpikes: SpikeCauses[] = [];
  for (const { projectId, day } of spikes.slice(0, MOST_SPIKES).filter((spike) => spike.day < today)) {
    const ofDay = { ...byProject, since: day, until: day, projectIds: [projectId] };
    onSpikes.push({ projectId, day, causes: await unlessUnusual(readExplanation(reports, ofDay, 'usual')) });
  }
  return { between, onSpikes };
}

/** Too few days tell what is usual: then nothing tells why. */
async function unlessUnusual(explained: Promise<{ causes: Cause[] }>): Promise<Cause[]> {
  try {
    return (await explained).causes;
  } catch (error) {
    if (error instanceof CostsError && error.code === 'usage') return [];
    throw error;
  }
}

/** Where the running month ends, for a report that is about it. */
export async function readMonthEnd(
  reports: SpendReader,
  query: ReportQuery,
  today: Day,
): Promise<Omit<MonthEnd, 'budgets'> | null> {
  const [since, until] = [startOfMonthOf(today), endOfMonthOf(today)];
  if (query.since !== since || query.until < today || query.asOf !== undefined) return null;
  const series = await readSeries(reports, query, ['project'], today);
  const byCurrency = groupInto(series, ({ group }) => [group.currency]);
  const totals = byCurrency.map((own) => ({ currency: own[0].group.currency, ...forecastOf(own, since, today) }));
  return { since, until, totals };
}
