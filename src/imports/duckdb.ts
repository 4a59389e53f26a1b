import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDraftFolder } from '../draft-file.js';
import { AMOUNTS, INSTANTS, METER_COLUMNS, ONLY_AS_TEXT, TAGS, type Column, type Wanted } from './columns.js';
import type { Values } from './values.js';

/** Equal rows of a file, added up: their values, how many they are, and the number of the first of them, from 1. */
export interface RowGroup {
  values: Values;
  rows: number;
  first: number;
}

/** Of `@duckdb/node-api` what is used here; who wants the speed installs it beside the tool. */
interface DuckDb {
  DuckDBInstance: { create: (path: string, options: Record<string, string>) => Promise<Instance> };
}
interface Instance {
  connect: () => Promise<Connection>;
  closeSync: () => void;
}
interface Connection {
  run: (sql: string) => Promise<unknown>;
  runAndReadAll: (sql: string) => Promise<{ getRows: () => Values[] }>;
  stream: (sql: string) => Promise<{ fetchChunk: () => Promise<{ rowCount: number; getRows: () => Values[] } | null> }>;
  interrupt: () => void;
  closeSync: () => void;
}

/** A name of its own, so that neither the bundler nor the compiler asks for a package that is optional. */
const PACKAGE = '@duckdb/node-api';
const MEMORY = '256MB';
const MOST_THREADS = 4;

/** Types of columns whose text is the same whoever reads them. */
const WHOLE = /^U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?$/;
const EXACT = new RegExp(`^DECIMAL|${WHOLE.source}`);
const TIMES = /^(?:TIMESTAMP|DATE)/;
const NESTED = /^(?:MAP|STRUCT)|\]$/;

/**
 * The rows of a Parquet file with equal ones added up by DuckDB, in the order in which they first come. Null where it is not
 * installed, or has no exact answer, such as for floats or a sum of more than 38 digits: then the rows are read one by one.
 */
export async function groupParquet(
  path: string,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<AsyncGenerator<RowGroup[]> | null> {
  // To DuckDB these would be a pattern or an address.
  if (/[*?[\]{}]|^\w+:/.test(path)) return null;
  const duckdb = (await import(PACKAGE).catch(() => null)) as DuckDb | null;
  if (duckdb === null) return null;
  const groups = groupsOf(duckdb, path, wanted, signal);
  // All is added up before the first group comes: what fails, fails here.
  const first = await groups.next().catch(() => null);
  if (first === null) return null;
  return (async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* groups;
  })();
}

async function* groupsOf(
  { DuckDBInstance }: DuckDb,
  path: string,
  wanted: Wanted,
  signal: AbortSignal,
): AsyncGenerator<RowGroup[]> {
  // What a killed import leaves of it goes with the next one.
  const folder = await createDraftFolder(join(tmpdir(), 'costs-import'));
  let close = () => {};
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY,
      threads: `${Math.min(MOST_THREADS, availableParallelism())}`,
      temp_directory: folder.path,
      // Nothing is ever downloaded.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    close = () => instance.closeSync();
    const connection = await instance.connect();
    const interrupt = () => connection.interrupt();
    signal.addEventListener('abort', interrupt);
    close = () => {
      signal.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    };
    await connection.run(`SET TimeZone = 'UTC'`);
    const table = `read_parquet('${path.replaceAll("'", "''")}', hive_partitioning = false, file_row_number = true)`;
    const described = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${table}`)).getRows();
    const types = new Map(described.map(([name, type]) => [name ?? '', type ?? '']));
    const result = await connection.stream(`SELECT ${selection(wanted, types)} FROM ${table} GROUP BY ALL ORDER BY 2`);
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
      yield chunk.getRows().map(([rows, first, ...values]) => ({
        values: values.slice(0, wanted.length),
        rows: Number(rows),
        first: Number(first) + 1,
      }));
  } finally {
    close();
    await folder.discard();
  }
}

/**
 * Rows of a group differ in amounts and in hours alone. An amount that some have and others have not is no sum: such rows stay
 * apart.
 * @throws Error for a column whose text would be another than that of the row
 */
function selection(wanted: Wanted, types: ReadonlyMap<string, string>): string {
  const amounts = AMOUNTS.filter((column) => types.has(column));
  return [
    'count(*)',
    'min(file_row_number)',
    ...wanted.map((column) => (column === null || !types.has(column) ? 'NULL' : textOf(column, types))),
    ...amounts.map((column) => `"${column}" IS NULL`),
    // Zero may stand for no list price, as nothing does; what is billed of such rows must not add up to zero.
    ...(types.has('ListCost') && types.has('BilledCost')
      ? ['CASE WHEN "ListCost" = 0 THEN sign("BilledCost") END']
      : []),
  ].join(', ');
}

function textOf(column: Column, types: ReadonlyMap<string, string>): string {
  const type = types.get(column) ?? '';
  const isAmount = AMOUNTS.includes(column);
  if (isAmount && EXACT.test(type)) return `sum("${column}")::VARCHAR`;
  const isInstant = INSTANTS.includes(column);
  if (isInstant && TIMES.test(type)) return `date_trunc('day', "${column}")::VARCHAR`;
  if (/^BillingPeriod/.test(column) && TIMES.test(type)) return `"${column}"::VARCHAR`;
  if (isAmount) throw new Error(`${column} is ${type}`);
  if (NESTED.test(type) && (TAGS.includes(column) || column === 'x_Project')) return `to_json("${column}")::VARCHAR`;
  if (NESTED.test(type) && column === ONLY_AS_TEXT) return 'NULL';
  if (type !== 'VARCHAR' && !WHOLE.test(type)) throw new Error(`${column} is ${type}`);
  const text = `nullif("${column}"::VARCHAR, '')`;
  // Of what names a meter the first alone is read, and what comes behind it may be another in every row; not so behind a SKU's id.
  const before = METER_COLUMNS.slice(0, Math.max(0, METER_COLUMNS.indexOf(column as never))).filter(
    (each) => each !== 'SkuId' && types.has(each),
  );
  if (before.length === 0) return text;
  return `CASE WHEN coalesce(${before.map((each) => `nullif("${each}"::VARCHAR, '')`).join(', ')}) IS NULL THEN ${text} END`;
}
