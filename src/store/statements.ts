import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlQueryable } from '@prisma/driver-adapter-utils';
import { SQL, type Sql } from './sql.js';
import type { Connection, StorePool } from './pool.js';
import { repeated } from './transaction.js';
import { requireReadable } from './unreadable.js';

/** What takes statements of ours: a connection, or Prisma's client and its transactions beside what they plan themselves. */
export interface Statements {
  $queryRaw<T>(query: TemplateStringsArray | Sql, ...values: readonly unknown[]): Promise<T>;
  $executeRaw(query: TemplateStringsArray | Sql, ...values: readonly unknown[]): Promise<number>;
}

/** Statements each in a transaction of its own, and several in one. */
export interface StatementPool extends Statements {
  /** Runs work in one transaction, again when another one was in its way at the same moment. */
  transaction<T>(work: (tx: Statements) => Promise<T>): Promise<T>;
  /** Reads on one state of the database, whatever others write meanwhile. */
  snapshot<T>(work: (tx: Statements) => Promise<T>): Promise<T>;
}

/** Statements of ours go to Prisma's adapter without its client, which has nothing to plan in them and takes its time for it. */
export function createStatements(pool: StorePool): StatementPool {
  return {
    ...statementsOn(pool),
    transaction: (work) => repeated(() => pool.transaction((connection) => work(statementsOn(connection)))),
    snapshot: (work) =>
      pool.transaction((connection) => work(statementsOn(connection)), { isolation: 'REPEATABLE READ' }),
  };
}

function statementsOn(pool: StorePool | Connection): Statements {
  const adapter = new PrismaPg(pool).connect();
  return {
    async $queryRaw<T>(...query: Parameters<Statements['$queryRaw']>) {
      return (await read(await adapter, query)) as T;
    },
    async $executeRaw(...query) {
      return (await adapter).executeRaw(toQuery(...query));
    },
  };
}

function toQuery(query: TemplateStringsArray | Sql, ...values: readonly unknown[]) {
  const { text, values: args } = 'text' in query ? query : SQL(query, ...values);
  const argTypes = args.map((value) => ({
    scalarType: 'unknown' as const,
    arity: Array.isArray(value) ? ('list' as const) : ('scalar' as const),
  }));
  return { sql: text, args, argTypes };
}

async function read(adapter: SqlQueryable, query: Parameters<Statements['$queryRaw']>): Promise<object[]> {
  const sent = toQuery(...query);
  const { columnNames, columnTypes, rows } = requireReadable(sent.sql, await adapter.queryRaw(sent));
  const parse = columnTypes.map((type) => PARSE[type]);
  return rows.map((row) => {
    const result: Record<string, unknown> = {};
    columnNames.forEach((name, index) => {
      const value = row[index] ?? null;
      const how = parse[index];
      result[name] = value === null || how === undefined ? value : how(value as never);
    });
    return result;
  });
}

type Parse = (value: never) => unknown;

const { Int64, Json, Date: Day, DateTime, Bytes } = ColumnTypeEnum;
const { Int64Array, JsonArray, DateArray, DateTimeArray, BytesArray } = ColumnTypeEnum;

const toBigInt = (value: string) => BigInt(value);
const toJson = (value: string) => JSON.parse(value) as unknown;
const toDate = (value: string) => new Date(value);
const toBytes = (value: Uint8Array) => new Uint8Array(value);

/** As Prisma's own client reads what its adapter hands over; what is not here stays as it is, amounts as their text. */
const PARSE: { [type: number]: Parse } = {
  ...{ [Int64]: toBigInt, [Json]: toJson, [Day]: toDate, [DateTime]: toDate, [Bytes]: toBytes },
  ...{ [Int64Array]: each(toBigInt), [JsonArray]: each(toJson) },
  ...{ [DateArray]: each(toDate), [DateTimeArray]: each(toDate), [BytesArray]: each(toBytes) },
};

function each(parse: Parse): Parse {
  return (values: (string | null)[]) => values.map((value) => (value === null ? null : parse(value as never)));
}
