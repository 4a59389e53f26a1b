import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import pg, { type Pool } from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { parseDay } from '../../../src/domain/day.js';
import { CostsError } from '../../../src/errors.js';
import { createCollectionStore } from '../../../src/store/collection/collection-store.js';
import type { OpenDatabase as Database } from '../../helpers/open-database.js';
import type { AdoptOptions, AdoptResult } from '../../../src/store/migrations/adopt.js';
import { openDatabase } from '../../helpers/open-database.js';
import { columnsOf } from '../../../src/store/rows.js';
import { anyDatabase, idOf, toStatements, type AnyDatabase } from '../../helpers/any-database.js';
import { createEmptyTarget, databaseUrl, onServer } from '../../helpers/database.js';
import { dumpSchema } from '../../helpers/dump-schema.js';
import { amongThem, readEveryRow, readExtent } from '../../helpers/every-row.js';
import { line } from '../../helpers/lines.js';
import { registerOrganization } from '../../helpers/organization.js';
import { merged, sharedKeys, totalsOf } from '../../helpers/shared-keys.js';
import { runByPsql } from '../../helpers/psql.js';
import { suggestions } from '../../helpers/suggestions.js';

const OWNER = `costs_owner_${process.pid}`;
/** `npm test` tells the same twenty each time; the long run finds others. */
const { numRuns: RUNS, ...SEED } = inject('long') ? { numRuns: 500 } : { numRuns: 20, seed: 11 };

/** One database for the story, and one more in which what is printed is run. */
const urls = { story: '', printed: '' };
const removals: (() => Promise<void>)[] = [];
const administrators = new Map<string, Pool>();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'costs-any-'));
  await onServer((client) => client.query(`CREATE ROLE ${OWNER} LOGIN PASSWORD 'owner'`));
  removals.push(() => onServer((client) => client.query(`DROP ROLE ${OWNER}`)));
  for (const name of ['story', 'printed'] as const) {
    const { target, remove } = await createEmptyTarget('postgresql');
    removals.unshift(remove);
    const url = new URL(target.url);
    await onServer(
      (client) =>
        client.query(
          `ALTER DATABASE ${url.pathname.slice(1)} OWNER TO ${OWNER}; ALTER SCHEMA public OWNER TO ${OWNER}`,
        ),
      url.href,
    );
    Object.assign(url, { username: OWNER, password: 'owner' });
    urls[name] = url.href;
  }
});
afterAll(async () => {
  for (const pool of administrators.values()) await pool.end();
  for (const remove of removals) await remove();
  await rm(folder, { recursive: true, force: true });
});

it(
  `takes over any database with all rows as they were, or refuses it with nothing changed and the cause, ${RUNS} times`,
  { timeout: RUNS * 30_000 },
  async () => {
    const outcomes = { adopted: 0, merged: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(anyDatabase, fc.boolean(), async (made, shrinks) => {
        outcomes[await tell(made, shrinks ? 'adopt' : 'diff')]++;
      }),
      { numRuns: RUNS, ...SEED },
    );
    expect(outcomes.adopted).toBeGreaterThan(RUNS / 10);
    expect(outcomes.refused).toBeGreaterThan(RUNS / 10);
    expect(outcomes.merged).toBeGreaterThan(0);
  },
);

type Outcome = 'adopted' | 'merged' | 'refused';

async function tell(made: AnyDatabase, printed: 'adopt' | 'diff'): Promise<Outcome> {
  const database = await make(urls.story, made);
  const copy = await make(urls.printed, made);
  try {
    await runPrinted(copy, made, printed);
    return await story(database, made);
  } finally {
    await database.close();
    await copy.close();
  }
}

/** A schema of its own, whatever else fits in it. */
async function make(url: string, made: AnyDatabase): Promise<Database> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(nspname) AS name FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^clock$'`,
  );
  for (const { name } of rows) await client.query(`DROP SCHEMA ${name} CASCADE`);
  await client.query('CREATE SCHEMA public');
  for (const sql of toStatements(made)) await client.query(sql).catch(() => undefined);
  await client.end();
  const target = new URL(url);
  if (made.schema !== 'public') target.searchParams.set('schema', made.schema);
  return openDatabase({ kind: 'postgresql', url: target.href });
}

/** Adopt, migrate, collect, go back, and forward once more. */
async function story(database: Database, made: AnyDatabase): Promise<Outcome> {
  const { migrations } = database;
  const pool = asAdministrator(urls.story, made);
  const [schema, extent, zones] = [await dumpSchema(pool), await readExtent(pool), await zonesOf(pool, made)];
  const read = (settled = false) => readEveryRow(pool, extent, { zones, settled });
  const [rows, found] = [await read(), await read(true)];
  const settled = await asChosen(pool, found, made);
  const writes = await oldWriterWorks(database, made);
  const choices = choicesOf(made);
  const adopted = await refusalOf(() => migrations.adopt(choices));
  if (typeof adopted === 'string') {
    expect(await dumpSchema(pool)).toBe(schema);
    expect(await read()).toEqual(rows);
    // No choice makes one bill of two currencies, and it is refused for that too.
    if (made.doubles !== 'another currency') {
      const { told, are } = await totalsOf(pool, adopted, found, made);
      expect(told).toEqual(are);
    }
    return 'refused';
  }
  expect(await read(true)).toEqual(settled);
  await requireKept(choices, adopted, sharedKeys(found, made).flat());
  const outcome = adopted.merged > 0 ? 'merged' : 'adopted';
  await migrations.apply();
  expect(await migrations.status()).toMatchObject({ ok: true, drift: [] });
  expect(await read(true)).toEqual(settled);
  if (writes) expect(await oldWriterWorks(database, made)).toBe(true);
  const mayFail = adopted.foreign.some(({ stops }) => stops !== null);
  await collect(database).catch((error: unknown) => {
    if (!mayFail) throw error;
  });
  const path = join(folder, `${performance.now()}.jsonl`);
  const back = await migrations.rollback({ to: 'baseline', export: path }).catch((error: unknown) => error);
  if (back instanceof Error) {
    if (!mayFail || !(back instanceof CostsError)) throw back;
    expect(amongThem(await read(true), settled)).toEqual(settled);
    expect(await migrations.status()).toMatchObject({ ok: true, drift: [] });
    return outcome;
  }
  expect(withoutLabels(await dumpSchema(pool))).toBe(withoutLabels(schema));
  expect(amongThem(await read(), rows)).toEqual(rows);
  expect(await oldWriterWorks(database, made)).toBe(writes);
  if (!(await migrations.status()).history)
    expect(await migrations.adopt(choicesOf(made))).toMatchObject({ done: true });
  await migrations.apply();
  await migrations.import({ path });
  expect(await migrations.status()).toMatchObject({ ok: true, drift: [] });
  expect(amongThem(await read(true), found)).toEqual(settled);
  return outcome;
}

function isSwallow({ object }: { object: string }): boolean {
  return object === 'trigger cost_data.swallow';
}

/** What the person who adopts says; each time with a file of its own. */
function choicesOf({ datesIn, duplicates: policy }: AnyDatabase): AdoptOptions {
  const path = join(folder, `${performance.now()}-duplicates.jsonl`);
  return { datesIn, duplicates: policy && { policy, path } };
}

/** The rows as they are to be after adopting. */
async function asChosen(pool: Pool, found: Record<string, unknown[]>, made: AnyDatabase): Promise<typeof found> {
  const { duplicates: policy } = made;
  return policy === undefined || policy === 'stop' ? found : merged(pool, found, made, policy);
}

/** The file has each bill that became one with others. */
async function requireKept(
  { duplicates }: AdoptOptions,
  adopted: AdoptResult,
  bills: readonly Record<string, unknown>[],
): Promise<void> {
  expect(adopted.merged).toBe(bills.length);
  if (bills.length === 0) return;
  const lines = (await readFile(duplicates?.path ?? '', 'utf8')).split('\n').slice(1, -2);
  const kept = lines.map((text) => (JSON.parse(text) as [number, { id: string }])[1].id);
  expect(kept.sort()).toEqual(bills.map(({ id }) => id).sort());
}

/** The zone that was named, for the columns in which not every instant is a midnight of UTC. */
async function zonesOf(pool: Pool, { datesIn, instants }: AnyDatabase): Promise<Map<string, string>> {
  const zones = new Map<string, string>();
  if (datesIn === undefined || !instants.includes('tz')) return zones;
  for (const column of await columnsOf(pool, 'cost_data')) {
    if (!/^date$|^bucket_/.test(column)) continue;
    const { rowCount } = await pool.query(
      `SELECT FROM cost_data WHERE extract(epoch FROM ${column})::numeric % 86400 <> 0`,
    );
    if (rowCount !== 0) zones.set(column, datesIn);
  }
  return zones;
}

/** Whether the program that made the database can write as it always did; nothing of it stays. */
async function oldWriterWorks(database: Database, { ids }: AnyDatabase): Promise<boolean> {
  const id = idOf(ids);
  const session = await database.openSession();
  const { pool } = session;
  await pool.begin();
  const works = await pool
    .query(
      `INSERT INTO cost_data (id, project_id, date, service, cost) VALUES (${id('w', 1)}, ${id('p', 1)}, '2026-02-01T00:00:00Z', 'late', '1')`,
    )
    .then(
      () => true,
      () => false,
    );
  await pool.query('ROLLBACK');
  await session.close();
  return works;
}

async function collect({ prisma, sql }: Database): Promise<void> {
  const teamId = (await prisma.team.findFirstOrThrow({ orderBy: { id: 'asc' } })).id;
  await registerOrganization(prisma, 'openai', 'org-9', { teamId });
  const day = parseDay('2026-03-01');
  await createCollectionStore(sql).writeWindow({
    provider: 'openai',
    organizationId: 'org-9',
    organizationName: 'Nine',
    teamId,
    runId: 'run-9',
    lease: null,
    days: [day],
    requestedAt: new Date('2026-03-05T00:00:00Z'),
    lines: [line(day, 'proj_9', 'a', '0.123456789012345678901234567891'), line(day, 'proj_9', 'b', '-2')],
    projects: new Map(),
    acceptRestatement: false,
    forced: false,
  });
}

/** Sees every row, whatever policies there are, and ends with the file. */
function asAdministrator(url: string, { schema }: AnyDatabase): Pool {
  const key = `${url} ${schema}`;
  const known = administrators.get(key);
  if (known !== undefined) return known;
  const pool = new pg.Pool({
    connectionString: databaseUrl(new URL(url).pathname.slice(1)),
    options: `-c search_path=${pg.escapeIdentifier(schema).replaceAll(' ', '\\ ')},public -c TimeZone=UTC -c extra_float_digits=3`,
  });
  // A pool says that it has ended before its connections have, and their database is dropped at once.
  pool.on('error', () => undefined);
  administrators.set(key, pool);
  return pool;
}

/** What is printed loses and moves no value, whether it can be carried out or not. */
async function runPrinted({ migrations }: Database, made: AnyDatabase, printed: 'adopt' | 'diff'): Promise<void> {
  const pool = asAdministrator(urls.printed, made);
  const choices = choicesOf(made);
  const [extent, zones] = [await readExtent(pool), await zonesOf(pool, made)];
  const read = (settled = false) => readEveryRow(pool, extent, { zones, settled });
  const [rows, settled] = [await read(), await read(true)];
  const plan = await migrations.adopt({ ...choices, dryRun: true }).catch((error: unknown) => error);
  if (!isPlan(plan) || plan.problems.length > 0) {
    for (const text of isPlan(plan) ? plan.problems : []) {
      const query = / All of them: (SELECT .*)$/s.exec(text)?.[1];
      if (query !== undefined) expect((await pool.query(query)).rowCount, query).toBeGreaterThan(0);
    }
    for (const sql of suggestions(isPlan(plan) ? plan.problems.join('\n') : String((plan as CostsError).hint)))
      await runByPsql(urls.printed, inSchema(made, sql));
    if (isPlan(plan)) await runByPsql(urls.printed, (await migrations.diff()).sql);
    expect(await read(true)).toEqual(settled);
    return;
  }
  const sql = printed === 'adopt' ? plan.sql : (await migrations.diff()).sql;
  const errors = await runByPsql(urls.printed, sql);
  expect(await read(true), errors).toEqual(settled);
  if (errors !== '' && plan.foreign.some(({ stops }) => stops !== null)) {
    if (printed === 'adopt') expect(await read()).toEqual(rows);
    return;
  }
  if (plan.foreign.some(isSwallow)) return;
  // The rows are not its business.
  if (printed === 'diff' && (made.datesIn !== undefined || sharedKeys(settled, made).length > 0)) return;
  expect(errors).toBe('');
  const { steps, problems } = await migrations.adopt({ ...choices, dryRun: true });
  expect([...steps.filter(({ text }) => !text.startsWith('make one bill')), ...problems], sql).toEqual([]);
  const adopted = await refusalOf(() => migrations.adopt(choices));
  if (typeof adopted === 'string') {
    // No script makes one bill of several, and what keeps our writes out keeps that from us, too.
    expect(
      plan.foreign.some(({ stops }) => stops !== null),
      adopted,
    ).toBe(true);
    expect(await read(true)).toEqual(settled);
    return;
  }
  await migrations.apply();
  expect(await migrations.status()).toMatchObject({ ok: true, drift: [] });
  expect(await read(true)).toEqual(await asChosen(pool, settled, made));
}

function isPlan(plan: unknown): plan is AdoptResult {
  return !(plan instanceof Error);
}

function inSchema({ schema }: AnyDatabase, sql: string): string {
  return `SET search_path = ${pg.escapeIdentifier(schema)}, public; ${sql};`;
}

/** A label that was added to an enum cannot be taken out of it again, and harms nobody. */
function withoutLabels(dump: string): string {
  return dump.replace(/,?(?:costs|usage)_v1/g, '');
}

async function refusalOf(work: () => Promise<AdoptResult>): Promise<string | AdoptResult> {
  try {
    const result = await work();
    if (result.done) return result;
    expect(result.problems.join('')).not.toBe('');
    return result.problems.join('\n');
  } catch (error) {
    if (!(error instanceof CostsError)) throw error;
    const said = `${error.message} ${error.hint ?? ''}`;
    expect(said).not.toMatch(/fault in costs|connector|unexpected/i);
    return said;
  }
}
