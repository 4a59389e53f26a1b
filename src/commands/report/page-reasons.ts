import type { Day } from '../../domain/day.js';
import type { ReportQuery, SpendReader } from '../../domain/report.js';
import type { SpendPage, SpikeCauses } from '../../domain/spend-page.js';
import type { Spike } from '../../domain/spikes.js';
import { causesAgainstUsual, readExplanation } from '../../library/explain.js';
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
    onSpikes.push({ projectId, day, causes: await causesAgainstUsual(reports, ofDay) });
  }
  return { between, onSpikes };
}
