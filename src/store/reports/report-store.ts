import type { PrismaClient } from '../../generated/prisma/client.js';
import { toDay, type Day } from '../../domain/day.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { Report, ReportQuery, ReportRow, ReportStore } from '../../domain/report.js';
import { Sums, type MoneyDocument } from '../../domain/money.js';
import { readChanges, readLateness } from './changes.js';
import { compareSpans } from './compare.js';
import { snapshot } from '../transaction.js';
import { describeCoverage, newestRead, readDays } from './coverage.js';
import { readRestated } from './restated.js';
import { sumRows } from './rows.js';
import { unpricedRows } from './unpriced-rows.js';

export function createReportStore(prisma: PrismaClient): ReportStore {
  return {
    run: (query, today) => runReport(prisma, query, today),
    compare: (query, previous) => compareSpans(prisma, query, previous),
    async unlinked(teamId) {
      const totals = await prisma.$queryRaw<MoneyDocument[]>`
        SELECT c.currency, trim_scale(sum(c.cost))::text AS cost FROM projects p JOIN cost_data c ON c.project_id = p.id
        WHERE p.team_id = ${teamId} AND p.linked_at IS NULL AND p.ai_project_id IS NOT NULL AND c.api_version = 'costs_v1'
        GROUP BY 1 ORDER BY 1`;
      const projects = await prisma.project.count({ where: { teamId, linkedAt: null, aiProjectId: { not: null } } });
      return { projects, totals };
    },
    days: (query) => readDays(prisma, query, query),
    restated: (query) => readRestated(prisma, query),
    changes: (query, since) => readChanges(prisma, query, since),
    lateness: (teamId) => readLateness(prisma, teamId),
    snapshot: (work) => snapshot(prisma, (tx) => work(createReportStore(tx))),
  };
}

async function runReport(prisma: PrismaClient, query: ReportQuery, today: Day): Promise<Report> {
  const [{ rows: unknown, unpriced }, summed, organizations] = await Promise.all([
    unpricedRows(prisma, query),
    sumRows(prisma, query),
    readDays(prisma, query, query),
  ]);
  const rows: ReportRow[] = [...summed, ...unknown];
  return {
    since: query.since,
    until: query.until,
    groupBy: [...query.groupBy],
    basis: query.basis ?? 'best',
    readAt: newestRead(organizations)?.toISOString() ?? null,
    asOf: query.asOf?.toISOString() ?? null,
    rows: byTimeThenCost(rows),
    totals: new Sums(rows).toDocuments(),
    unpriced,
    coverage: describeCoverage(organizations, query, query.asOf === undefined ? today : toDay(query.asOf)),
  };
}

/** In order of time where it is grouped by time, then the largest first, what is unknown last. */
function byTimeThenCost(rows: readonly ReportRow[]): ReportRow[] {
  // Once a row: comparing parses each of them again and again otherwise.
  const keyed = rows.map((row) => ({
    row,
    time: row.day ?? row.week ?? row.month ?? '',
    cost: row.cost === null ? null : parseDecimal(row.cost),
  }));
  keyed.sort((a, b) => {
    if (a.time !== b.time) return a.time < b.time ? -1 : 1;
    if (a.row.currency !== b.row.currency) return a.row.currency < b.row.currency ? -1 : 1;
    if (a.cost === null || b.cost === null) return a.cost === b.cost ? 0 : a.cost === null ? 1 : -1;
    return a.cost < b.cost ? 1 : a.cost > b.cost ? -1 : 0;
  });
  return keyed.map(({ row }) => row);
}
