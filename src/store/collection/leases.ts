import { hostname } from 'node:os';
import type { LeaseHolder, LeaseStore, LeaseSubject } from '../../domain/lease.js';
import { providerName } from '../../providers/registry.js';
import { CostsError } from '../../errors.js';
import { SQL, type Sql } from '../sql.js';
import { hasEnded, machineIdentity, processStart } from '../../process-identity.js';
import type { Database } from '../database.js';
import type { StatementPool, Statements } from '../statements.js';
import { holdOrganization, isOrganization, ofOrganization } from '../organization-key.js';

/** A holder that has not extended its lease for so long is taken for dead. It extends four times as often. */
const SECONDS = 60;

export function createLeaseStore({ sql, kind }: Pick<Database, 'sql' | 'kind'>): LeaseStore {
  return {
    async take(subject, holder, command) {
      if (await tryTake(sql, subject, holder, command, null)) return null;
      const row = await findLease(sql, subject);
      if (row === null) {
        await holdOrganization(sql, subject);
        return this.take(subject, holder, command);
      }
      const isHere = row.machine === (await machineIdentity());
      // Whoever is in the embedded store has it alone: a lease of another process was left behind, or its holder has lost the store.
      const isLeft = kind === 'embedded' && !(isHere && row.pid === process.pid);
      const gone = isLeft || (isHere && (await hasEnded(row.pid, row.processStart)));
      if (gone && (await tryTake(sql, subject, holder, command, row.holder))) return null;
      const { host, pid, acquiredAt } = row;
      return { host, pid, command: row.command, since: acquiredAt } satisfies LeaseHolder;
    },
    async release(subject, holder) {
      await sql.$executeRaw`DELETE FROM organization_leases WHERE ${isLeaseOf(subject)} AND holder = ${holder}`;
    },
  };
}

interface Lease {
  holder: string;
  host: string;
  machine: string;
  pid: number;
  processStart: string;
  command: string;
  acquiredAt: Date;
}

async function findLease(sql: Statements, subject: LeaseSubject): Promise<Lease | null> {
  const [row] = await sql.$queryRaw<Lease[]>`
    SELECT holder, host, machine, pid, process_start AS "processStart", command, acquired_at AS "acquiredAt"
    FROM organization_leases WHERE ${isLeaseOf(subject)}`;
  return row ?? null;
}

function isLeaseOf(subject: LeaseSubject): Sql {
  return SQL`${ofOrganization(subject)} AND api_version = ${subject.apiVersion}::"ApiVersion"`;
}

/** @param dead a holder known to be gone, whose lease may be taken before it runs out */
async function tryTake(
  sql: StatementPool,
  subject: LeaseSubject,
  holder: string,
  command: string,
  dead: string | null,
): Promise<boolean> {
  const start = (await processStart(process.pid)) ?? '';
  const taken = await sql.$queryRaw<unknown[]>`
    INSERT INTO organization_leases AS l
      (ai_provider, ai_organization_id, api_version, holder, host, machine, pid, process_start, command, acquired_at, expires_at)
    SELECT provider, organization_id, ${subject.apiVersion}::"ApiVersion", ${holder}, ${hostname()},
           ${await machineIdentity()}, ${process.pid}::int, ${start}, ${command}, clock_timestamp(), clock_timestamp() + ${SECONDS}::int * interval '1 second'
    FROM organizations WHERE ${isOrganization(subject)}
    ON CONFLICT (ai_provider, ai_organization_id, api_version) DO UPDATE SET
      holder = excluded.holder, host = excluded.host, machine = excluded.machine, pid = excluded.pid,
      process_start = excluded.process_start, command = excluded.command, expires_at = excluded.expires_at,
      acquired_at = CASE WHEN l.holder = excluded.holder THEN l.acquired_at ELSE excluded.acquired_at END
    WHERE l.holder = excluded.holder OR l.holder = ${dead} OR l.expires_at < clock_timestamp()
      -- No lease is longer: the clock was ahead when this one was taken.
      OR l.expires_at > clock_timestamp() + ${SECONDS}::int * interval '2 seconds'
    RETURNING 1`;
  return taken.length > 0;
}

/**
 * Makes sure, as the last thing before a commit, that nobody has taken the lease over: a process that slept through its
 * lease must not write beside its successor. The row stays locked until the commit.
 * @throws CostsError `conflict`
 */
export async function confirmLease(tx: Statements, subject: LeaseSubject, holder: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM organization_leases
    WHERE ${isLeaseOf(subject)} AND holder = ${holder} FOR SHARE`;
  if (rows.length > 0) return;
  throw new CostsError(
    'conflict',
    `Another process took over the collection of ${providerName(subject.provider)} ${subject.organizationId}; this window was dropped.`,
    {
      hint: 'See who collected it: costs runs list',
    },
  );
}
