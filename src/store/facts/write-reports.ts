import { randomUUID } from 'node:crypto';
import type { ReportsWrite } from '../../domain/collection.js';
import { lockDays } from '../collection/collected-days.js';
import { confirmLease } from '../collection/leases.js';
import { resolveProjects } from '../collection/resolve-projects.js';
import { holdOrganization, ofOrganization } from '../organization-key.js';
import type { StatementPool } from '../statements.js';
import { rowsByDay } from './fact-days.js';
import { BY_BILL, writeKeyed } from './write-keyed.js';

/** See `CollectionStore.writeReports`. A day whose bill was read again meanwhile has its reports from then. */
export async function writeReports(sql: StatementPool, write: ReportsWrite): Promise<void> {
  await sql.transaction(async (tx) => {
    await holdOrganization(tx, write);
    const locked = await lockDays(tx, { ...write, providerTime: null, writeId: randomUUID() }, 'costs_v1', write.days);
    const days = locked.filter(({ readAt }) => readAt !== null && readAt <= write.requestedAt);
    const reports = write.reports.map(({ costs, ...told }) => ({ ...told, rows: rowsByDay(BY_BILL, days, costs) }));
    const rows = reports.flatMap((report) => [...report.rows.values()].flat());
    const { projectIds } = await resolveProjects(tx, write, rows);
    for (const report of reports)
      await writeKeyed(tx, { organization: write, days, projectIds, changedDays: [] }, report);
    await tx.$executeRaw`
      UPDATE collected_days SET reports_due = nullif(${[...write.reportsDue]}::text[], '{}')
      WHERE ${ofOrganization(write)} AND api_version = 'costs_v1' AND day = ANY (${days.map(({ day }) => day)}::date[])`;
    if (write.lease !== null) await confirmLease(tx, { ...write, apiVersion: 'costs_v1' }, write.lease);
  });
}
