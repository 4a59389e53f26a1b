import pg from 'pg';
import { digestRows } from '../../src/store/migrations/fingerprint.js';
import { readDown, readMigrations, type MigrationFile } from '../../src/store/migrations/folder.js';
import { untilUnlocked } from '../../src/store/migrations/session.js';
import { short, type Figure } from './figure.js';
import { OldProgram } from './old-program.js';
import type { BenchServer, EmptyDatabase } from './server.js';
import { createTool } from './tool.js';

export interface MigrateScale {
  rows: number;
}

/** In milliseconds since 1970, as the server and this process share a clock. */
interface Span {
  from: number;
  to: number;
}

/** How long something takes, and the slowest write of the old program meanwhile, in milliseconds. */
interface Stage {
  takes: number;
  slowestWrite: number;
}

interface Story {
  forward: Stage;
  /** By migration. */
  migrations: Map<string, Stage>;
  back: Stage;
  /** Rows that are gone or say something else, whoever wrote them. */
  wrong: number;
  /** Rows that the old program wrote meanwhile, and its statements that failed. */
  written: number;
  failures: string[];
}

/** Leads a database from its legacy rows to the current schema, and back. */
interface Contender {
  /** @returns when which migration ran */
  forward: (db: EmptyDatabase) => Promise<Map<string, Span>>;
  back: (db: EmptyDatabase) => Promise<unknown>;
}

/**
 * Legacy rows are adopted, migrated and led back while the old program goes on. Beside it the SQL of the same migrations is
 * run by hand, which looks at nothing before, compares nothing and lets nobody pass.
 */
export async function benchMigrate(server: BenchServer, { rows }: MigrateScale): Promise<Figure[]> {
  const files = await readMigrations();
  const tool = await createTool();
  const costs = byTool((args, url) => tool.run(args, { DATABASE_URL: url }));
  try {
    const plain = await tell(server, rows, files, byHand(files));
    return figures(await tell(server, rows, files, costs), plain, `${(rows / 1e6).toFixed(1)} million legacy rows`);
  } finally {
    await tool.drop();
  }
}

async function tell(
  server: BenchServer,
  rows: number,
  [baseline]: readonly MigrationFile[],
  { forward, back }: Contender,
): Promise<Story> {
  const db = await server.createEmpty();
  try {
    await fill(db, baseline?.sql ?? '', rows);
    const before = await digest(db);
    const old = new OldProgram(db.url, 'project-1');
    const instants = [Date.now()];
    let migrations: Map<string, Span>;
    try {
      migrations = await forward(db);
      instants.push(Date.now());
      await back(db);
      instants.push(Date.now());
    } finally {
      await old.stop();
    }
    const [begun = NaN, turned = NaN, ended = NaN] = instants;
    const stage = (span: Span): Stage => ({ takes: span.to - span.from, slowestWrite: old.slowestWrite(span) });
    const { written, wrong } = await old.count(db);
    return {
      forward: stage({ from: begun, to: turned }),
      migrations: new Map([...migrations].map(([name, span]) => [name, stage(span)])),
      back: stage({ from: turned, to: ended }),
      wrong: wrong + ((await digest(db)) === before ? 0 : rows),
      written,
      failures: old.failures,
    };
  } finally {
    await db.drop();
  }
}

/** As the system of before has it in production: 40 projects, four years of days. */
async function fill({ query }: EmptyDatabase, baseline: string, rows: number): Promise<void> {
  await query(baseline);
  await query(`
    INSERT INTO teams (id, name) VALUES ('team-1', 'acme');
    INSERT INTO projects (id, team_id, name) SELECT 'project-' || n, 'team-1', 'Project ' || n FROM generate_series(1, 40) AS n;
    INSERT INTO cost_data (id, project_id, date, service, cost)
      SELECT 'legacy-' || n, 'project-' || 1 + n % 40, timestamp '2022-01-01' + n % 1461 * interval '1 day', 'gpt-' || n % 25,
        n * 0.000000000000000000000000000001 + n % 1000 FROM generate_series(1, ${rows}) AS n`);
  await query('VACUUM (ANALYZE) cost_data');
  await query('CHECKPOINT');
}

/** Of the rows of before. */
async function digest({ url }: EmptyDatabase): Promise<string> {
  const pool = new pg.Pool({ connectionString: url });
  try {
    const row = `concat_ws('|', id, project_id, date, service, cost)`;
    return await digestRows(pool, `cost_data WHERE id LIKE 'legacy-%'`, row);
  } finally {
    await pool.end();
  }
}

function byTool(run: (args: readonly string[], url: string) => Promise<unknown>): Contender {
  return {
    forward: async ({ url, query }) => {
      await run(['db', 'adopt', '--yes'], url);
      await run(['db', 'migrate'], url);
      const rows = await query<{ name: string; from: Date; to: Date }>(
        `SELECT migration_name AS name, min(started_at) AS "from", max(finished_at) AS "to" FROM _prisma_migrations GROUP BY 1`,
      );
      return new Map(rows.map(({ name, from, to }) => [name, { from: from.getTime(), to: to.getTime() }]));
    },
    back: ({ url }) => run(['db', 'rollback', '--to', 'baseline', '--yes'], url),
  };
}

function byHand([, ...files]: readonly MigrationFile[]): Contender {
  return {
    forward: async ({ query }) => {
      const spans = new Map<string, Span>();
      for (const { name, sql } of files) {
        const from = Date.now();
        // Where it and the old program wait for each other, it is run again.
        await untilUnlocked(Infinity, () => query(sql));
        spans.set(name, { from, to: Date.now() });
      }
      return spans;
    },
    back: async ({ query }) => {
      const downs = await Promise.all(files.map(({ name }) => readDown(name)));
      const sql = downs.reverse().join('\n');
      await untilUnlocked(Infinity, () => query(sql));
    },
  };
}

function figures(costs: Story, plain: Story, rows: string): Figure[] {
  const beside = (name: string, one: Stage, other: Stage | undefined): Figure => ({
    group: 'migrate',
    name: `${name} / its SQL by hand`,
    ratio: one.takes / (other?.takes ?? NaN),
    target: null,
    detail: `${seconds(one)} / ${seconds(other)} s, slowest write ${slowest(one)} / ${slowest(other)} ms`,
  });
  const ofCostData = [...costs.migrations].filter(([name]) => /_cost_data_|_multi_org_/.test(name)).sort();
  return [
    beside(`db adopt and db migrate of ${rows}, a writer and a reader at work`, costs.forward, plain.forward),
    ...ofCostData.map(([name, stage]) => beside(name.replace(/^\d+_/, ''), stage, plain.migrations.get(name))),
    beside('db rollback to what was found', costs.back, plain.back),
    {
      group: 'migrate',
      name: 'rows that are gone or say something else afterwards',
      ratio: costs.wrong,
      target: { atMost: 0 },
      detail: `${rows} and ${costs.written} that the writer wrote meanwhile`,
    },
    {
      group: 'migrate',
      name: 'statements of the writer that fail',
      ratio: costs.failures.length,
      target: { atMost: 0 },
      detail: `by hand ${plain.failures.length}${plain.failures.length === 0 ? '' : ` (${[...new Set(plain.failures)].join('; ')})`}`,
    },
  ];
}

function seconds(stage: Stage | undefined): string {
  return short((stage?.takes ?? NaN) / 1000);
}

function slowest(stage: Stage | undefined): string {
  return (stage?.slowestWrite ?? NaN).toFixed(0);
}
