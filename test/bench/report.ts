import { addDays, parseDay, type Day } from '../../src/domain/day.js';
import type { ReportQuery } from '../../src/domain/report.js';
import { createReportStore } from '../../src/store/spend/report-store.js';
import { layOut } from '../../src/output/export/layout.js';
import { csvText } from '../../src/output/export/text.js';
import { focusLayout } from '../../src/output/focus/layout.js';
import { createExportStore } from '../../src/store/spend/export-store.js';
import type { Figure } from './figure.js';
import { benchGrowth } from './growth.js';
import { createManyRows } from './many-rows.js';
import { sideBySide } from './measure.js';
import type { BenchDatabase, BenchServer } from './server.js';
import { afterTheEnd, readWindows } from './windows.js';

export interface ReportScale {
  rows: number;
  rounds: number;
}

const UNTIL = parseDay('2026-01-31');

/** What a person who knows the schema would write: added up before names are looked up, no more columns than needed. */
const BY_HAND = `
  SELECT p.name, c.month, c.currency, c.cost
  FROM (
    SELECT project_id, date_trunc('month', bucket_start_time) AS month, currency, sum(cost) AS cost FROM cost_data
    WHERE api_version = 'costs_v1' AND bucket_start_time >= $1::timestamp AND bucket_start_time < $2::timestamp + interval '1 day'
    GROUP BY 1, 2, 3
  ) c JOIN projects p ON p.id = c.project_id
  WHERE p.team_id = 'team-1'
  ORDER BY 2, 4 DESC`;

/** Totals of everything by project and month, and what a table of that size does to a sync. */
export async function benchReport(server: BenchServer, { rows, rounds }: ReportScale): Promise<Figure[]> {
  const windows = afterTheEnd(await readWindows(8, Math.min(rows, 200_000)), 0);
  const db = await createManyRows(server, windows, rows);
  try {
    const first = await firstDay(db);
    return [
      await totals(db, 'everything', first, rounds),
      await totals(db, 'one month', addDays(UNTIL, -30), rounds * 3),
      await focusExport(db, rounds),
      ...(await benchGrowth(server, db, windows, rounds)),
    ];
  } finally {
    await db.drop();
  }
}

const RAW = `
  SELECT c.*, p.name FROM cost_data c JOIN projects p ON p.id = c.project_id
  WHERE c.api_version = 'costs_v1' AND c.bucket_start_time >= $1::timestamp AND c.bucket_start_time < $2::timestamp + interval '1 day'
  ORDER BY c.bucket_start_time`;

/** A week of bills as FOCUS lines, against fetching the same rows and doing nothing with them. */
async function focusExport(db: BenchDatabase, rounds: number): Promise<Figure> {
  const since = addDays(UNTIL, -6);
  const exports = createExportStore(db.database.sql);
  const query = { teamId: 'team-1', since, until: UNTIL, basis: 'billed', withUsage: true } as const;
  const { row: focusRow } = csvText(layOut(focusLayout('1.2')));
  let rows = 0;
  let characters = 0;
  const run = async () => {
    rows = await exports.read(query, (some) => {
      for (const row of some) characters += focusRow(row, false).length;
      return Promise.resolve();
    });
  };
  const times = await sideBySide(rounds, [
    { name: 'costs', run },
    { name: 'fetched', run: () => db.query(RAW, [since, UNTIL]) },
  ]);
  const of = (name: string) => times.get(name) ?? NaN;
  const speed = (milliseconds: number) => `${(rows / milliseconds).toFixed(1)}k`;
  return {
    group: 'report',
    name: 'a week as FOCUS 1.2 lines / fetching its rows',
    ratio: of('costs') / of('fetched'),
    target: null,
    detail: `${speed(of('costs'))} / ${speed(of('fetched'))} rows/s, ${Math.round(characters / rounds / 1e6)} MB`,
  };
}

async function firstDay(db: BenchDatabase): Promise<Day> {
  const [row] = await db.query<{ day: string }>(
    `SELECT to_char(min(bucket_start_time), 'YYYY-MM-DD') AS day FROM cost_data`,
  );
  return parseDay(row?.day ?? '');
}

async function totals(db: BenchDatabase, what: string, since: Day, rounds: number): Promise<Figure> {
  const [row] = await db.query<{ count: string }>('SELECT count(*) FROM cost_data');
  const reports = createReportStore(db.database.sql);
  const query = { teamId: 'team-1', since, until: UNTIL, groupBy: ['project', 'month'] as ReportQuery['groupBy'] };
  const times = await sideBySide(rounds, [
    { name: 'costs', run: () => reports.run(query, addDays(UNTIL, 100)) },
    { name: 'by hand', run: () => db.query(BY_HAND, [since, UNTIL]) },
  ]);
  const of = (name: string) => times.get(name) ?? NaN;
  return {
    group: 'report',
    name: `totals of ${what} by project and month / hand-written SQL`,
    ratio: of('costs') / of('by hand'),
    target: { atMost: 1.2 },
    detail: `${Math.round(of('costs'))} / ${Math.round(of('by hand'))} ms in ${(Number(row?.count) / 1e6).toFixed(1)} million rows`,
  };
}
