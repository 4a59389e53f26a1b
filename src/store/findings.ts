import type { Finding as Row } from '../generated/prisma/client.js';
import { SQL, type Sql } from './sql.js';
import { toDay, type Day } from '../domain/day.js';
import { add, compare, formatDecimal, parseDecimal } from '../domain/decimal.js';
import type { CheckName, FoundFinding } from '../domain/finding.js';
import type { CheckedNow, FindingStore, KeptFinding } from '../domain/kept-finding.js';
import type { Database } from './database.js';
import type { Statements } from './statements.js';

export function createFindingStore(database: Pick<Database, 'entities' | 'sql'>): FindingStore {
  const { sql } = database;
  return {
    async list(teamId) {
      const rows = await (
        await database.entities()
      ).finding.findMany({
        where: { teamId },
        orderBy: [{ firstSeenAt: 'desc' }, { id: 'asc' }],
      });
      return rows.map(toKept);
    },
    acknowledged: async (teamId, today) => new Set(await acknowledgedIds(sql, teamId, today)),
    tellNew: (teamId, now) =>
      sql.transaction(async (tx) => {
        await remember(tx, teamId, now);
        const told = await tx.$queryRaw<{ id: string }[]>`
          UPDATE findings SET told_at = date_trunc('milliseconds', clock_timestamp())
          WHERE team_id = ${teamId} AND id = ANY(${idsOf(now)}::text[]) AND told_at IS NULL AND acknowledged_at IS NULL
          RETURNING id`;
        return new Set(told.map(({ id }) => id));
      }),
    notify: (teamId, channel, now, send) =>
      // The lock is held while it is sent: a job that waits for it then sees what was sent.
      sql.transaction(async (tx) => {
        await remember(tx, teamId, now);
        const due = await dueFor(tx, teamId, channel, now);
        if (due.length === 0) return 0;
        await send(due);
        await markSent(tx, teamId, channel, due);
        return due.length;
      }),
    acknowledge: (teamId, finding, until, note) =>
      sql.transaction(async (tx) => {
        await lock(tx, teamId);
        await keep(tx, teamId, [finding]);
        await tx.$executeRaw`
          UPDATE findings SET acknowledged_at = date_trunc('milliseconds', clock_timestamp()), acknowledged_until = ${until}::date, note = ${note}
          WHERE team_id = ${teamId} AND id = ${finding.id}`;
      }),
  };
}

/** What one check decides, the next one sees. */
async function lock(tx: Statements, teamId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`costs findings ${teamId}`}, 0))`;
}

async function remember(tx: Statements, teamId: string, now: CheckedNow): Promise<void> {
  await lock(tx, teamId);
  // It was acknowledged until that day, and is to be told again after it.
  await forget(tx, teamId, SQL`acknowledged_until < ${now.today}::date`);
  await keep(tx, teamId, now.findings);
  await closeGone(tx, teamId, now);
}

async function keep(tx: Statements, teamId: string, findings: readonly FoundFinding[]): Promise<void> {
  const column = <T>(pick: (finding: FoundFinding) => T): T[] => findings.map(pick);
  await tx.$executeRaw`
    INSERT INTO findings (team_id, id, "check", subject, message, hint, currency, amount, day, first_seen_at, last_seen_at)
    SELECT ${teamId}, n.*, date_trunc('milliseconds', clock_timestamp()), date_trunc('milliseconds', clock_timestamp()) FROM unnest(
      ${column(({ id }) => id)}::text[], ${column(({ check }) => check)}::text[], ${column(({ subject }) => subject)}::text[],
      ${column(({ message }) => message)}::text[], ${column(({ hint }) => hint)}::text[],
      ${column(({ amount }) => amount?.currency ?? null)}::text[], ${column(({ amount }) => amount?.cost ?? null)}::numeric[],
      ${column(({ day }) => day)}::date[]) AS n
    ON CONFLICT (team_id, id) DO UPDATE SET subject = excluded.subject, message = excluded.message, hint = excluded.hint,
      currency = excluded.currency, amount = excluded.amount, last_seen_at = excluded.last_seen_at, closed_at = NULL`;
}

/** A day that is no longer looked at closes what is about it; what was told of it stays told. */
async function closeGone(tx: Statements, teamId: string, now: CheckedNow): Promise<void> {
  const there = [...now.findings, ...now.below].map(({ id }) => id);
  const open = SQL`closed_at IS NULL AND "check" = ANY(${[...now.checks]}::text[]) AND NOT id = ANY(${there}::text[])`;
  await forget(tx, teamId, SQL`${open} AND (day IS NULL OR day BETWEEN ${now.since}::date AND ${now.until}::date)`);
  await tx.$executeRaw`
    UPDATE findings SET closed_at = date_trunc('milliseconds', clock_timestamp()) WHERE team_id = ${teamId} AND ${open}`;
}

/** Should it come back, it is told again. */
async function forget(tx: Statements, teamId: string, where: Sql): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM finding_messages WHERE team_id = ${teamId}
      AND finding_id IN (SELECT id FROM findings WHERE team_id = ${teamId} AND ${where})`;
  await tx.$executeRaw`
    UPDATE findings SET told_at = NULL, acknowledged_at = NULL, acknowledged_until = NULL, note = NULL
    WHERE team_id = ${teamId} AND ${where}`;
}

async function dueFor(tx: Statements, teamId: string, channel: string, { findings, today }: CheckedNow) {
  const left = new Set(await acknowledgedIds(tx, teamId, today));
  const sent = await tx.$queryRaw<{ id: string; amount: string | null }[]>`
    SELECT finding_id AS id, amount::text FROM finding_messages WHERE team_id = ${teamId} AND channel = ${channel}`;
  const before = new Map(sent.map(({ id, amount }) => [id, amount]));
  return findings.filter(({ id, amount }) => {
    if (left.has(id)) return false;
    const then = before.get(id);
    if (then === undefined) return true;
    return then !== null && amount !== null && hasDoubled(then, amount.cost);
  });
}

function hasDoubled(then: string, now: string): boolean {
  const half = parseDecimal(then);
  return compare(parseDecimal(now), add(half, half)) >= 0;
}

async function markSent(
  tx: Statements,
  teamId: string,
  channel: string,
  findings: readonly FoundFinding[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO finding_messages (team_id, finding_id, channel, amount, sent_at)
    SELECT ${teamId}, n.id, ${channel}, n.amount, date_trunc('milliseconds', clock_timestamp())
    FROM unnest(${findings.map(({ id }) => id)}::text[], ${findings.map(({ amount }) => amount?.cost ?? null)}::numeric[]) AS n (id, amount)
    ON CONFLICT (team_id, finding_id, channel) DO UPDATE SET amount = excluded.amount, sent_at = excluded.sent_at`;
}

async function acknowledgedIds(client: Statements, teamId: string, today: Day): Promise<string[]> {
  const rows = await client.$queryRaw<{ id: string }[]>`
    SELECT id FROM findings WHERE team_id = ${teamId} AND acknowledged_at IS NOT NULL
      AND (acknowledged_until IS NULL OR acknowledged_until >= ${today}::date)`;
  return rows.map(({ id }) => id);
}

function idsOf({ findings }: CheckedNow): string[] {
  return findings.map(({ id }) => id);
}

function toKept({ check, currency, amount, day, acknowledgedAt, acknowledgedUntil, note, ...row }: Row): KeptFinding {
  const { id, subject, message, hint, firstSeenAt, lastSeenAt, toldAt, closedAt } = row;
  return {
    ...{ id, subject, message, hint, firstSeenAt, lastSeenAt, toldAt, closedAt },
    check: check as CheckName,
    amount:
      currency === null || amount === null ? null : { currency, cost: formatDecimal(parseDecimal(amount.toFixed())) },
    day: day === null ? null : toDay(day),
    acknowledged:
      acknowledgedAt === null ? null : { until: acknowledgedUntil === null ? null : toDay(acknowledgedUntil), note },
  };
}
