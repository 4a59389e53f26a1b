import type { DaySpan } from '../../domain/day.js';
import { formatDecimal, subtract, type Decimal } from '../../domain/decimal.js';
import type { FoundFinding } from '../../domain/finding.js';
import type { ReportQuery } from '../../domain/report.js';
import { excessOf, type Spike, type Worth } from '../../domain/spikes.js';
import type { Team } from '../../domain/team.js';
import { causesAgainstUsual } from '../../library/explain.js';
import { distinctNames } from '../../output/distinct-names.js';
import { describeOrganizationSpike, describeRise, describeSpike } from '../../output/findings.js';
import { reasonsOf } from '../../output/why.js';
import type { Store } from '../../store/store.js';
import { readUnusual, type Unusual } from '../report/spikes.js';

/** So many are explained; the rest stand as they are. */
const MOST_EXPLAINED = 5;

export interface FoundAnomalies {
  anomalies: Spike[];
  found: FoundFinding[];
  /** Smaller than what was asked for. */
  below: FoundFinding[];
}

export async function findAnomalies(
  store: Store,
  team: Team,
  { since, until }: DaySpan,
  worth: Worth,
): Promise<FoundAnomalies> {
  const projects = await store.projects.list(team.id);
  const isOnlyOne = (name: string) =>
    projects.filter((project) => project.name.toLowerCase() === name.toLowerCase()).length === 1;
  return store.reports.snapshot(async (reports) => {
    const query: ReportQuery = { teamId: team.id, since, until, groupBy: ['project'] };
    const unusual = await readUnusual(reports, query, worth);
    const found: FoundFinding[] = [];
    const below: FoundFinding[] = [];
    for (const { excess, currency, describe, about, isExplained } of candidatesOf(unusual, isOnlyOne)) {
      const enough = isExplained !== true && unusual.isTold(excess, currency);
      const causes =
        enough && found.length < MOST_EXPLAINED ? await causesAgainstUsual(reports, { ...query, ...about }) : [];
      (enough ? found : below).push(describe(reasonsOf({ causes }, currency, query.groupBy)));
    }
    const anomalies = unusual.spikes.filter((spike) => unusual.isTold(excessOf(spike), spike.currency));
    return { anomalies, found, below };
  });
}

interface Candidate {
  excess: Decimal;
  currency: string;
  /** Which spend of which day explains it; without a day nothing does. */
  about: Partial<ReportQuery>;
  /** By another candidate, which is found in its place. */
  isExplained?: boolean;
  describe: (why: readonly string[]) => FoundFinding;
}

/** @param isOnlyOne whether a project's name means no other */
function candidatesOf({ spikes, organizations, rises }: Unusual, isOnlyOne: (name: string) => boolean): Candidate[] {
  const named = distinctNames([...spikes, ...rises.map(({ series }) => series)]);
  const wordFor = ({ project, projectId }: { project: string; projectId: string }) =>
    isOnlyOne(project) ? project : projectId;
  return [
    ...spikes.map((spike) => ({
      excess: excessOf(spike),
      currency: spike.currency,
      about: { since: spike.day, until: spike.day, projectIds: [spike.projectId] },
      describe: (why: readonly string[]) => describeSpike(named(spike), wordFor(spike), why),
    })),
    ...organizations.map((spike) => ({
      excess: excessOf(spike),
      currency: spike.currency,
      about: {
        ...{ since: spike.day, until: spike.day },
        ...{ provider: spike.provider, organizationId: spike.organizationId },
      },
      isExplained: spike.isExplained,
      describe: (why: readonly string[]) => describeOrganizationSpike(spike, why),
    })),
    ...rises.map(({ series, now, before }) => ({
      excess: subtract(now, before),
      currency: series.currency,
      about: { projectIds: [series.projectId] },
      describe: (why: readonly string[]) =>
        describeRise(named(series), wordFor(series), { now: formatDecimal(now), before: formatDecimal(before), why }),
    })),
  ];
}
