// @module-tag story

import { describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../src/domain/day.js';
import type { SyncResult } from '../../src/domain/results.js';
import type { Verification } from '../../src/domain/verification.js';
import { worldRow } from '../../src/emulator/world.js';
import { openDatabase } from '../helpers/open-database.js';
import { useMachine } from '../helpers/costs.js';
import { STORY_KINDS, environmentOf, useReadyTarget } from '../helpers/database.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';

const TODAY = toDay(new Date());
const day = addDays(TODAY, -2);

describe.each(STORY_KINDS)('a day that was changed outside costs, on %s', (kind) => {
  it("is told by every command that looks at days until it was compared with the provider's total again", async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.days.set(day, [worldRow({ projectId: 'p', lineItem: 'gpt-5, input', amount: '10.25' })]);
    const emulator = await openEmulator({ world: { organizations: [organization] }, now: () => new Date() });
    const target = await useReadyTarget(kind);
    const machine = await useMachine({
      ...environmentOf(target),
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      KEY: organization.keys[0]?.secret,
    });
    const costs = (...args: string[]) => machine.here(args);
    const inDatabase = async <T>(statement: string): Promise<T[]> => {
      const database = await openDatabase(target);
      try {
        return await database.prisma.$queryRawUnsafe<T[]>(statement);
      } finally {
        await database.close();
      }
    };
    await inDatabase(`INSERT INTO teams (id, name) VALUES ('team-1', 'acme')`);
    await inDatabase(
      `INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
       VALUES ('key-1', 'team-1', 'openai', 'org-a', 'Prod', 'env', 'KEY', 'loopback', 'cdef')`,
    );
    expect(await costs('sync')).toMatchObject({ code: 0 });
    expect(await costs('verify', '--stored')).toMatchObject({ code: 0 });

    await inDatabase('UPDATE cost_data SET cost = cost + 1');
    const stored = await costs('verify', '--stored', '--json');
    expect(stored).toMatchObject({ code: 1 });
    expect(stored.json<Verification>().findings).toMatchObject([
      { day, message: expect.stringContaining('changed outside costs') as string },
    ]);

    const sync = await costs('sync', '--json');
    expect(sync).toMatchObject({ code: 1 });
    expect(sync.json<SyncResult>().organizations).toMatchObject([{ altered: [day], restated: { rows: 0 } }]);
    expect(await inDatabase('SELECT cause, old_cost::text AS old, new_cost::text AS new FROM restatements')).toEqual([
      {
        cause: 'altered',
        old: expect.stringMatching(/^11\.250*$/) as string,
        new: expect.stringMatching(/^10\.250*$/) as string,
      },
    ]);
    expect(await costs('sync')).toMatchObject({ code: 0 });

    const told = expect.stringContaining('changed outside costs') as string;
    expect(await costs('check', '--seals')).toMatchObject({ code: 1, stdout: told });
    expect(await costs('status', '--check')).toMatchObject({ code: 1, stdout: told });
    expect(await costs('doctor')).toMatchObject({ code: 1, stdout: told });

    const verify = await costs('verify', '--json');
    expect(verify).toMatchObject({ code: 0 });
    expect(verify.json<Verification>().organizations).toMatchObject([{ findings: [] }]);
    for (const args of [['verify', '--stored'], ['check', '--seals'], ['status', '--check'], ['doctor']])
      expect(await costs(...args), args.join(' ')).toMatchObject({ code: 0 });
  });
});
