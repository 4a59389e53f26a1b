import type { Day } from './day.js';
import { Sums, type MoneyDocument } from './money.js';
import { shell } from './shell.js';
import { formatSpan, plural } from './words.js';

/** Collected rows of a project that no registered organization answers for: no sync sweeps them, and no seal covers them. */
export interface OrphanedRows {
  projectId: string;
  project: string;
  /** The source that the project says it has; null where it has none. */
  source: { provider: string; organizationId: string } | null;
  /** It only waits for the next sync, which finds it by the id that the old system knew. */
  isLegacy: boolean;
  /** Nothing was read of its organization, and the store was adopted: the rows are of the program that was there before. */
  isAdopted: boolean;
  since: Day;
  until: Day;
  rows: number;
  /** What they add to reports of bills. */
  totals: MoneyDocument[];
}

/** What is wrong with the rows, and the command that begins to mend it. */
export function describeOrphans(orphans: OrphanedRows): { message: string; hint: string } {
  const { project, projectId, source, isLegacy, isAdopted, since, until, rows, totals } = orphans;
  const amount = [...new Sums(totals).toDocuments()].map(({ currency, cost }) => `${cost} ${currency}`).join(' and ');
  const what = `"${project}" has ${plural(rows, `${isAdopted ? 'adopted' : 'collected'} row`)} of ${amount || 'nothing billed'}, ${formatSpan(since, until)},`;
  const again = shell`costs backfill --since ${since} --until ${until} --force`;
  if (source !== null)
    return {
      message: `${what} of the organization ${source.organizationId}, which is not registered.`,
      hint: `${shell`costs keys add --provider ${source.provider} --organization ${source.organizationId}`} && ${again}`,
    };
  if (isLegacy)
    return {
      message: `${what} ${isAdopted ? 'not proven:' : 'though'} its organization was not found yet.`,
      hint: 'costs sync',
    };
  if (isAdopted)
    return {
      message: `${what} not proven: it is linked to no provider project.`,
      hint: shell`costs projects link ${projectId}`,
    };
  return {
    message: `${what} though it is linked to no provider project: they were put there outside costs.`,
    hint: `${shell`costs projects link ${projectId}`} && ${again}`,
  };
}
