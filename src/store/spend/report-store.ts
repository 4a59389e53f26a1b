import { SQL } from '../sql.js';
import { parseDay, toDay, type Day } from '../../domain/day.js';
import { compare, parseDecimal, type Decimal } from '../../domain/decimal.js';
import { Sums, type MoneyDocument } from '../../domain/money.js';
import { describeCoverage } from '../../domain/report-coverage.js';
import type { Report, ReportQuery, ReportRow, ReportStore, RowFilter, SpendReader } from '../../domain/report.js';
import { latestWrite } from '../facts/commit-order.js';
import type { StatementPool, Statements } from '../statements.js';
import { readApiKeySpend } from './api-key-spend.js';
import { compareSpans } from './compare.js';
import { readDays, readDaysAndWrite, readOfAll } from './coverage.js';
import { readChanges, readLateness, readRestated } from './ledger.js';
import { fromSpend, projectConditions } from './query.js';
import { spendRows } from './relation.js';
import { readLines, sumSpend } from './sums.js';
import { readChargedLines } from './charged-lines.js';
import { readDailyCosts } from './daily-costs.js';
import { readSparseLines } from './sparse-lines.js';
import { readUnpriced, readUnpricedItems, sumUnpriced } from './unpriced.js';

/** Every answer is of one moment: the statements of one, or of all that `snapshot` asks, see one state of the database. */
export function createReportStore(sql: StatementPool): ReportStore {
  return {
    ...readerBy((question) => sql.snapshot(question)),
    snapshot: (work) => sql.snapshot((tx) => work(readerBy((question) => question(tx)))),
  };
}

type Ask = <T>(question: (tx: Statements) => Promise<T>) => Promise<T>;

function readerBy(ask: Ask): SpendReader {
  return {
    run: (query, today) => ask((tx) => runReport(tx, query, today)),
    sums: (query) => ask((tx) => sumSpend(tx, query, [])),
    dailyCosts: (query) => ask((tx) => readDailyCosts(tx, query)),
    sparseLines: (query, mostDays) => ask((tx) => readSparseLines(tx, query, mostDays)),
    chargedLines: (query, days) => ask((tx) => readChargedLines(tx, query, days)),
    compare: (query, previous) => ask((tx) => compareSpans(tx, query, previous)),
    unlinked: (filter) => ask((tx) => readUnlinked(tx, filter)),
    apiKeys: (teamId, span) => ask((tx) => readApiKeySpend(tx, teamId, span)),
    days: (query) => ask((tx) => readDays(tx, query, query)),
    restated: (query) => ask((tx) => readRestated(tx, query)),
    changes: (query, since) => ask((tx) => readChanges(tx, query, since)),
    lateness: (teamId) => ask((tx) => readLateness(tx, teamId)),
    latestWrite: () => ask(readLatestWrite),
    lines: (teamId, span, kind) => ask((tx) => readLines(tx, teamId, span, kind)),
    unpriced: (teamId, span) => ask((tx) => readUnpriced(tx, teamId, span)),
  };
}

async function runReport(tx: Statements, query: ReportQuery, today: Day): Promise<Report> {
  const items = await readUnpricedItems(tx, query);
  // Parsed once: there can be tens of thousands.
  const found = await sumSpend(tx, query, items);
  const { organizations, latestWrite: seen } = await readDaysAndWrite(tx, query, query);
  const lastDay = query.asOf === undefined ? today : toDay(query.asOf);
  const isByDay = query.groupBy.length === 1 && query.groupBy[0] === 'day';
  const empty = isByDay ? emptyDays(found, readOfAll(organizations, query, lastDay), query.basis === 'usage') : [];
  const rows = [...found, ...empty].map((row) => ({
    row,
    time: row.day ?? row.week ?? row.month ?? '',
    currency: row.currency,
    cost: row.cost === null ? null : parseDecimal(row.cost),
  }));
  return {
    since: query.since,
    until: query.until,
    groupBy: [...query.groupBy],
    ...(query.columns === undefined ? {} : { columns: [...query.columns] }),
    basis: query.basis ?? 'best',
    readAt: seen?.toISOString() ?? null,
    asOf: query.asOf?.toISOString() ?? null,
    rows: rows.sort(byTimeThenCost).map(({ row }) => row),
    totals: new Sums(rows).toDocuments(),
    unpriced: await sumUnpriced(tx, query, items),
    coverage: describeCoverage(organizations, query, lastDay),
  };
}

/** A row of zero for each day that was read and has none, in each currency that others have. */
function emptyDays(rows: readonly ReportRow[], read: readonly Day[], estimated: boolean): ReportRow[] {
  const there = new Set(rows.map(({ day }) => day));
  const currencies = [...new Set(rows.map(({ currency }) => currency))];
  return read
    .filter((day) => !there.has(day))
    .flatMap((day) => currencies.map((currency) => ({ day, currency, cost: '0', estimated })));
}

async function readLatestWrite(tx: Statements): Promise<Date | null> {
  const [row] = await tx.$queryRaw<[{ at: Date | null }]>`SELECT ${latestWrite()} AS at`;
  return row.at;
}

interface Timed {
  time: string;
  currency: string;
  cost: Decimal | null;
}

/** In order of time where it is grouped by time, then the largest first, what is unknown last. */
function byTimeThenCost(a: Timed, b: Timed): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  if (a.currency !== b.currency) return a.currency < b.currency ? -1 : 1;
  if (a.cost === null || b.cost === null) return a.cost === b.cost ? 0 : a.cost === null ? 1 : -1;
  return compare(b.cost, a.cost);
}

/** Everything there ever was. */
const ALL_DAYS = { since: parseDay('0001-01-01'), until: parseDay('9999-12-30') };

async function readUnlinked(
  tx: Statements,
  chosen: Parameters<SpendReader['unlinked']>[0],
): ReturnType<SpendReader['unlinked']> {
  const filter: RowFilter = { ...chosen, ...ALL_DAYS, linked: false };
  const rows = spendRows({ ...ALL_DAYS, basis: 'billed' }, { kinds: ['billed'], columns: [] });
  const totals = await tx.$queryRaw<MoneyDocument[]>`
    SELECT c.currency, trim_scale(sum(c.cost))::text AS cost ${fromSpend({ rows, filter })} GROUP BY 1 ORDER BY 1`;
  const [found] = await tx.$queryRaw<[{ count: bigint; which: string | null }]>`
    SELECT count(*), md5(string_agg(p.id, ',' ORDER BY p.id COLLATE "C")) AS which FROM projects p WHERE ${SQL.join(projectConditions(filter), ' AND ')}`;
  return { projects: Number(found.count), which: found.which ?? '', totals };
}
