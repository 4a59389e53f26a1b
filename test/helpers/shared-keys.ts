import type { Pool } from 'pg';
import { groupInto } from '../../src/domain/group-into.js';
import type { AnyDatabase } from './any-database.js';

/** A row of `readEveryRow`. */
type Row = Record<string, string | null>;
type Rows = Record<string, unknown[]>;

const KEY = ['project_id', 'bucket_start_time', 'bucket_end_time', 'api_version'];
/** What the database, or whoever writes, gives each row anew. */
const OF_THE_ROW = ['id', 'seq', 'line', 'updated_at', 'syncedAt'];

/** The bills that share a key, in the order in which they were written. */
export function sharedKeys({ cost_data = [] }: Rows, { stamp }: AnyDatabase): Row[][] {
  return groupInto((cost_data as Row[]).filter(isKeyed), keyOf)
    .filter((group) => group.length > 1)
    .map((group) => group.sort((one, other) => (stamp === null ? 1 : -1) * compareIds(one, other)));
}

/** What a bill is found by; one gets a line item where there is none for it. */
function keyOf(row: Row): (string | null | undefined)[] {
  return [row.line_item ?? (row.api_version === 'costs_v1' ? 'unspecified' : null), ...KEY.map((name) => row[name])];
}

function isKeyed(row: Row): boolean {
  return keyOf(row).every((value) => value != null);
}

/** The ids of rows written later are greater. */
function compareIds(one: Row, other: Row): number {
  const [a, b] = [one.id ?? '', other.id ?? ''];
  return a.length - b.length || (a < b ? -1 : 1);
}

/** Bills without those that say the same as a later one. */
function withoutCopies(group: readonly Row[]): Row[] {
  const said = (row: Row) =>
    JSON.stringify(
      Object.entries(row)
        .filter(([name]) => !OF_THE_ROW.includes(name))
        .sort(),
    );
  return [...new Map(group.map((row) => [said(row), row])).values()];
}

/** The rows as they are once each key has one bill. */
export async function merged(pool: Pool, rows: Rows, made: AnyDatabase, policy: 'add' | 'keep-last'): Promise<Rows> {
  const gone = new Set<unknown>();
  const kept = new Map<unknown, Row>();
  for (const group of sharedKeys(rows, made)) {
    const last = group.at(-1) ?? {};
    for (const row of group) gone.add(row.id);
    gone.delete(last.id);
    const parts = withoutCopies(group);
    const add = async (name: string) =>
      last[name] == null
        ? null
        : sum(
            pool,
            parts.map((row) => row[name] ?? null),
          );
    const cost = await add('cost');
    const added = {
      cost,
      ...('quantity' in last && { quantity: await add('quantity') }),
      // Generated from the cost.
      ...('cents' in last && { cents: await sum(pool, Array<string | null>(100).fill(cost)) }),
    };
    kept.set(last.id, { ...last, ...(policy === 'add' && added) });
  }
  const { cost_data: bills } = rows;
  if (bills === undefined) return rows;
  const left = (bills as Row[]).filter(({ id }) => !gone.has(id)).map((row) => kept.get(row.id) ?? row);
  return { ...rows, cost_data: left };
}

async function sum(pool: Pool, amounts: (string | null)[]): Promise<string> {
  const { rows } = await pool.query<{ sum: string }>(
    'SELECT trim_scale(coalesce(sum(amount), 0))::text AS sum FROM unnest($1::numeric[]) AS amount',
    [amounts],
  );
  return rows[0]?.sum ?? '';
}

/** The totals that a refusal tells, and those that are so. */
export async function totalsOf(
  pool: Pool,
  told: string,
  rows: Rows,
  made: AnyDatabase,
): Promise<{ told: unknown; are: unknown }> {
  const total = /(\w{3} \d{4}) (\w{3})( of usage_v1)? (\S+) as it is, (\S+) with add, (\S+) with keep-last/g;
  const shown = [...told.matchAll(total)].map((parts) => parts.slice(1));
  const are = [];
  const by = { add: await merged(pool, rows, made, 'add'), last: await merged(pool, rows, made, 'keep-last') };
  for (const [month = '', currency = 'USD', other] of shown) {
    const version = other === undefined ? 'costs_v1' : 'usage_v1';
    const of = (all: Rows) =>
      (all.cost_data as Row[])
        .filter((row) => row.bucket_start_time?.startsWith('2026-01') === true && row.api_version === version)
        .filter((row) => (row.currency ?? 'USD') === currency && isKeyed(row));
    const totals = [rows, by.add, by.last].map((all) =>
      sum(
        pool,
        of(all).map(({ cost }) => cost ?? null),
      ),
    );
    are.push([month === 'Jan 2026' ? month : '', currency, other, ...(await Promise.all(totals))]);
  }
  return { told: shown, are };
}
