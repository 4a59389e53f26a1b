// @module-tag story

import { describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../src/domain/day.js';
import { useMachine } from '../helpers/costs.js';
import { clockOffset } from '../helpers/clock.js';
import { onServer, useTestDatabase } from '../helpers/database.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';

const HOUR = 3_600_000;
const today = toDay(new Date());

describe('a machine, a database and a provider whose clocks differ', () => {
  it("go by the database's days, less those that the provider has not ended, and doctor tells both", async () => {
    const { target, database } = await useTestDatabase('postgresql');
    const url = target.url;
    await database.prisma.$executeRaw`INSERT INTO teams (id, name) VALUES ('team-1', 'acme')`;
    await database.prisma.$executeRaw`
      INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
      VALUES ('key-1', 'team-1', 'openai', 'org-a', 'Prod', 'env', 'KEY', 'loopback', 'cdef')`;
    const setDatabaseClock = (ahead: number) =>
      onServer(
        (client) =>
          client.query(`CREATE OR REPLACE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
            $$ SELECT pg_catalog.clock_timestamp() + interval '${clockOffset() + ahead} milliseconds' $$`),
        url,
      );
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    let providerAhead = 24 * HOUR;
    const emulator = await openEmulator({
      world: { organizations: [organization] },
      now: () => new Date(Date.now() + providerAhead),
    });
    const machine = await useMachine({
      DATABASE_URL: url,
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      KEY: organization.keys[0]?.secret,
    });
    const days = async () =>
      Object.fromEntries(
        (
          await database.prisma.$queryRaw<{ day: string; closed: boolean }[]>`
            SELECT to_char(day, 'YYYY-MM-DD') AS day, first_closed_read_at IS NOT NULL AS closed FROM collected_days`
        ).map(({ day, closed }) => [day, closed]),
      );

    await setDatabaseClock(24 * HOUR);
    expect(await machine.here(['sync', '--lookback', '2'])).toMatchObject({ code: 0 });
    const tomorrow = addDays(today, 1);
    const { startedAt, finishedAt } = await database.prisma.run.findFirstOrThrow();
    expect(startedAt.getTime() - Date.now()).toBeGreaterThan(23 * HOUR);
    expect(startedAt.getTime()).toBeLessThanOrEqual(finishedAt?.getTime() ?? 0);
    expect(await days()).toEqual({ [addDays(today, -1)]: true, [today]: true, [tomorrow]: false });
    expect((await machine.here(['report', '--json'])).json()).toMatchObject({ until: tomorrow });
    expect(await machine.here(['report', '--since', addDays(today, 2), '--until', addDays(today, 2)])).toMatchObject({
      code: 2,
    });
    expect((await machine.here(['doctor'])).stdout).toContain('This machine and the database differ by');

    providerAhead = 0;
    expect(await machine.here(['sync', '--lookback', '1'])).toMatchObject({ code: 0 });
    expect((await machine.here(['doctor'])).stdout).toContain("OpenAI's clock is");

    await setDatabaseClock(0);
    const after = await machine.here(['sync', '--lookback', '2']);
    expect(after).toMatchObject({ code: 0, stderr: expect.stringContaining('dated in the future') as string });
    expect(await days()).toMatchObject({ [addDays(today, -1)]: true, [today]: false });
    expect((await machine.here(['doctor'])).stdout).toContain("agrees with the database's");
  });
});
