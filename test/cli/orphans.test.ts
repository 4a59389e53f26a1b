// @module-tag story

import { describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../src/domain/day.js';
import type { Diagnostic } from '../../src/domain/diagnostic.js';
import type { Verification } from '../../src/domain/verification.js';
import { formatDate } from '../../src/domain/words.js';
import { worldRow } from '../../src/emulator/world.js';
import { openDatabase } from '../helpers/open-database.js';
import { useMachine } from '../helpers/costs.js';
import { STORY_KINDS, environmentOf, useReadyTarget, useTestDatabase } from '../helpers/database.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';

const TODAY = toDay(new Date());
const day = addDays(TODAY, -3);
const REGISTER = [
  `INSERT INTO teams (id, name) VALUES ('team-1', 'acme')`,
  `INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
   VALUES ('key-1', 'team-1', 'openai', 'org-a', 'Prod', 'env', 'KEY', 'loopback', 'cdef')`,
];
const SPAN = ['--since', day, '--until', day];

describe.each(STORY_KINDS)('collected rows that no organization answers for, on %s', (kind) => {
  it('are told by verify and doctor with project, rows and money, and what is told to do puts them right', async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.days.set(day, [
      worldRow({ projectId: 'proj_1', lineItem: 'gpt-5, input', amount: '30.5' }),
      worldRow({ projectId: 'proj_2', lineItem: 'gpt-5, input', amount: '2' }),
    ]);
    const emulator = await openEmulator({ world: { organizations: [organization] }, now: () => new Date() });
    const target = await useReadyTarget(kind);
    const machine = await useMachine({
      ...environmentOf(target),
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      KEY: organization.keys[0]?.secret,
    });
    const costs = (...args: string[]) => machine.here(args);
    const inDatabase = async (...statements: string[]) => {
      const database = await openDatabase(target);
      try {
        for (const statement of statements) await database.prisma.$executeRawUnsafe(statement);
      } finally {
        await database.close();
      }
    };
    await inDatabase(...REGISTER);
    const sync = ['backfill', ...SPAN, '--force'];
    expect(await costs(...sync)).toMatchObject({ code: 0 });
    const stored = async () => (await costs('verify', '--stored', '--json')).json<Verification>();
    const checks = async () => (await costs('doctor', '--json')).json<{ findings: Diagnostic[] }>().findings;
    expect(await stored()).toMatchObject({ stored: true, orphans: [], findings: [] });
    expect(await checks()).toEqual([]);

    // As an unlink did that took a project away between a window's look at it and its write.
    await inDatabase(
      `INSERT INTO projects (id, team_id, name) VALUES ('old', 'team-1', 'Search -x')`,
      `INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost)
       SELECT 'copy', 'old', api_version, bucket_start_time, bucket_end_time, line_item, currency, cost FROM cost_data WHERE cost = 30.5`,
      `INSERT INTO cost_data (id, project_id, date, service, cost) VALUES ('legacy', 'old', '2026-01-01', 'gpt', 7)`,
    );
    const orphan = { projectId: 'old', source: null, rows: 1, totals: [{ currency: 'USD', cost: '30.5' }] };
    expect(await stored()).toMatchObject({ orphans: [orphan], findings: [{ day, projectId: 'old' }] });
    const told = /"Search -x" has 1 collected row of 30\.5 USD.* linked to no provider project/;
    expect(await costs('verify', '--stored')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(told) as string,
    });
    expect(await checks()).toMatchObject([
      {
        name: 'Collected rows',
        message: expect.stringMatching(told) as string,
        hint: `costs projects link old && costs backfill --since ${day} --until ${day} --force`,
      },
    ]);
    // In an adopted store they are of the program that was there before.
    const adopt = (logs: string) =>
      inDatabase(`UPDATE _prisma_migrations SET logs = ${logs} WHERE migration_name LIKE '%baseline'`);
    await adopt(`'{"kind":"costs-adoption"}'`);
    expect(await stored()).toMatchObject({ orphans: [{ ...orphan, isAdopted: true }], findings: [] });
    expect(await costs('doctor')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /⚠ Collected rows +"Search -x" has 1 adopted row of 30\.5 USD.* not proven: it is linked to no provider project\.\n.*→ costs projects link old\n/,
      ) as string,
    });
    expect((await costs('report', ...SPAN, '--basis', 'billed')).stdout).toMatch(
      /◇ Search -x[^]*◇ Not proven: bills of projects without/,
    );
    await adopt('NULL');
    const link = ['projects', 'link', 'old', '--provider', 'openai', '--provider-project', 'proj_1'];
    expect(await costs(...link)).toMatchObject({ code: 0 });
    expect((await costs(...sync)).code).not.toBe(3);
    expect(await stored()).toMatchObject({ orphans: [], findings: [] });
    const report = await costs('report', ...SPAN, '--basis', 'billed', '--json');
    expect(report.json()).toMatchObject({ totals: [{ currency: 'USD', cost: '32.5' }] });

    // And of an organization that nobody registered, whose rows count as well.
    await inDatabase(`UPDATE projects SET ai_organization_id = 'org-$(x)' WHERE ai_project_id = 'proj_2'`);
    const [row] = (await stored()).orphans;
    expect(row).toMatchObject({ source: { provider: 'openai', organizationId: 'org-$(x)' }, rows: 1 });
    expect((await costs('doctor')).stdout).toContain(`costs keys add --provider openai --organization 'org-$(x)'`);
  });
});

describe('doctor', () => {
  it('looks at every row: what was changed outside costs is told before any other command has seen it', async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.days.set(day, [worldRow({ projectId: 'proj_1', lineItem: 'gpt-5, input', amount: '30.5' })]);
    const emulator = await openEmulator({ world: { organizations: [organization] }, now: () => new Date() });
    const { database, target } = await useTestDatabase('postgresql');
    const machine = await useMachine({
      DATABASE_URL: target.url,
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      KEY: organization.keys[0]?.secret,
    });
    for (const statement of REGISTER) await database.prisma.$executeRawUnsafe(statement);
    await machine.here(['backfill', ...SPAN]);
    await database.prisma.$executeRaw`UPDATE cost_data SET line_item = line_item || '!'`;
    expect(await machine.here(['doctor'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`1 was changed outside costs: ${formatDate(day)}`) as string,
    });
    expect(await database.prisma.sealFinding.count()).toBe(0);
  });
});
