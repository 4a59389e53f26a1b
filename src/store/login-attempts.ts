import type { LoginAttempt, LoginReason, LoginRows } from '../domain/access.js';
import { SQL } from './sql.js';
import type { Client } from './client.js';

/** Rows of login attempts. Only `costs_answer_login_attempt` ever changes one, and only a charged one. */
export function createLoginAttempts(client: Client): LoginRows {
  return {
    lockEmail: async (email) => {
      await client.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`costs login ${email}`}, 0))`;
    },
    async add({ id, email, teamId, host, osUser, success, reason }) {
      // The time of the statement: the transaction may have waited for the lock. It is the clock that the functions go by.
      await client.$executeRaw`
        INSERT INTO "login_attempts" ("id", "email", "team_id", "attempted_at", "host", "os_user", "success", "reason")
        VALUES (${id}, ${email}, ${teamId}, statement_timestamp(), ${host}, ${osUser}, ${success}, ${reason})`;
    },
    answer: async (id, reason) => {
      await client.$executeRaw`SELECT costs_answer_login_attempt(${id}, ${reason})`;
    },
    async recentFailures(email, count) {
      // What a clock that ran ahead has dated is neither a failure nor an unlocking of now. Milliseconds are rounded.
      const now = SQL`statement_timestamp() + interval '1 second'`;
      return client.$queryRaw<{ ageSeconds: number; charged: boolean }[]>`
        SELECT extract(epoch FROM statement_timestamp() - "attempted_at")::float8 AS "ageSeconds", "reason" = 'charged' AS "charged"
        FROM "login_attempts"
        WHERE "email" = ${email} AND "reason" IN ('bad_password', 'unknown_email', 'charged') AND "attempted_at" <= ${now}
          AND "attempted_at" > COALESCE((SELECT max("attempted_at") FROM "login_attempts"
            WHERE "email" = ${email} AND "reason" = 'unlocked' AND "attempted_at" <= ${now}), '-infinity')
        ORDER BY "attempted_at" DESC LIMIT ${count}`;
    },
    async list(teamId, { failedOnly, since }) {
      const rows = await client.loginAttempt.findMany({
        // Attempts of unknown emails belong to no team; every admin of the store sees them.
        where: {
          OR: [{ teamId }, { teamId: null }],
          ...(failedOnly ? { success: false } : {}),
          ...(since === null ? {} : { attemptedAt: { gte: since } }),
        },
        orderBy: { attemptedAt: 'desc' },
      });
      return rows.map((row): LoginAttempt => ({ ...row, reason: row.reason as LoginReason }));
    },
    async prune(teamId) {
      await client.$executeRaw`SELECT costs_prune_login_attempts(${teamId})`;
    },
  };
}
