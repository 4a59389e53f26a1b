// @module-tag story

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Changes } from '../../src/domain/changes.js';
import { addDays, toDay } from '../../src/domain/day.js';
import type { Report } from '../../src/domain/report.js';
import type { SyncResult } from '../../src/domain/results.js';
import { worldRow } from '../../src/emulator/world.js';
import { openDatabase } from '../helpers/open-database.js';
import { useMachine } from '../helpers/costs.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';

const TODAY = toDay(new Date());
const YESTERDAY = addDays(TODAY, -1);

describe('what a sync proves, by the commands a person types', () => {
  it('ends with what matters, explains what changed, and shows any earlier bill', async () => {
    const organization = anOrganization({
      provider: 'openai',
      id: 'org-a',
      projects: [{ id: 'proj_1', name: 'growth-exp', createdAt: new Date('2026-01-01T00:00:00Z'), archivedAt: null }],
    });
    const row = (amount: string) => worldRow({ projectId: 'proj_1', lineItem: 'gpt-5, input', amount });
    for (let back = 1; back <= 3; back += 1) organization.days.set(addDays(TODAY, -back), [row('10.25')]);
    const emulator = await openEmulator({ world: { organizations: [organization] }, now: () => new Date() });
    const machine = await useMachine(
      {
        OPENAI_BASE_URL: emulator.baseUrl('openai'),
        OPENAI_ADMIN_KEY: organization.keys[0]?.secret,
      },
      { store: true },
    );
    const costs = async (...args: string[]) => {
      const ran = await machine.here(args);
      expect(ran, `${args.join(' ')}: ${ran.stderr}`).toMatchObject({ code: 0 });
      return ran;
    };
    const key = ['--provider', 'openai', '--organization', 'org-a', '--name', 'Prod', '--from-env', 'OPENAI_ADMIN_KEY'];
    await costs('keys', 'add', ...key);

    const { stdout } = await costs('sync', '--verify');
    expect(stdout).toMatch(/^Yesterday \(\w{3} \d{1,2} \w{3}, provisional\): 10\.25 USD$/m);
    expect(stdout).toMatch(/^New, not linked: growth-exp \(Prod\), 30\.75 USD since \d{1,2} \w{3}$/m);

    const then = new Date().toISOString();
    const span = ['--since', addDays(TODAY, -3), '--until', YESTERDAY];
    const before = (await costs('report', ...span, '--basis', 'billed', '--json')).json<Report>();
    organization.days.set(YESTERDAY, [row('14.43')]);
    expect((await costs('verify')).stdout).toMatch(/restated/i);
    const again = await costs('sync');
    expect(again.stdout).toContain('Changed after first report: 1 row on 1 day, +4.18 USD → costs changes');
    expect(again.stdout).not.toContain('New, not linked');
    expect((await costs('sync', '--json')).json<SyncResult>().yesterday).toMatchObject({
      day: YESTERDAY,
      totals: [{ currency: 'USD', cost: '14.43' }],
    });

    const past = (await costs('report', ...span, '--as-of', then, '--json')).json<Report>();
    expect(past).toMatchObject({ asOf: then, rows: before.rows, totals: before.totals });
    const changes = (await costs('changes', '--since', then, '--json')).json<Changes>();
    expect(changes.totals).toMatchObject([
      {
        before: '30.75',
        now: '34.93',
        difference: '4.18',
        byCause: [{ cause: 'provider', rows: 1, difference: '4.18' }],
      },
    ]);
    expect(changes.lateness).toMatchObject([{ provider: 'openai', changes: 1 }]);

    // The database's clock was two days ahead when all this was written.
    const database = await openDatabase({ kind: 'embedded', home: join(machine.home, 'costs') });
    await database.prisma.$executeRaw`UPDATE writes SET committed_at = committed_at + interval '2 days'`;
    await database.close();
    const ahead = (await costs('report', ...span, '--basis', 'billed', '--json')).json<Report>();
    expect(Date.parse(ahead.readAt ?? '')).toBeGreaterThan(Date.now());
    const told = (await costs('report', ...span, '--as-of', ahead.readAt ?? '', '--json')).json<Report>();
    expect(told).toMatchObject({ rows: ahead.rows, totals: ahead.totals });
    const later = await machine.here(['report', '--as-of', new Date(Date.now() + 5 * 86_400_000).toISOString()]);
    expect(later).toMatchObject({ code: 2, stderr: expect.stringContaining('is in the future') as unknown });

    emulator.quirks.sumDecimals = 0;
    const wrong = await machine.here(['verify', '--json']);
    expect(wrong.code).toBe(1);
    expect(wrong.json<{ findings: unknown[] }>().findings).toHaveLength(3);
  });
});
