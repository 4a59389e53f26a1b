import { describe, expect, it } from 'vitest';
import { addClosing } from '../../src/library/closing.js';
import { parseDay } from '../../src/domain/day.js';
import type { OrganizationResult, SyncResult } from '../../src/domain/results.js';
import { recordContext } from '../helpers/context.js';
import { useTestDatabase } from '../helpers/database.js';
import { NOON } from '../helpers/emulator.js';
import { bill, fillProjects, markRead } from '../helpers/spend.js';

const span = { since: parseDay('2026-11-01'), until: parseDay('2026-11-23') };

function run(change: Partial<SyncResult> = {}): SyncResult {
  const saw = (organizationId: string, name: string, newProjects: string[]) =>
    ({ provider: 'openai', organizationId, name, newProjects }) as OrganizationResult;
  const organizations = [saw('org-1', 'Prod', []), saw('org-2', 'Labs', ['Labs', 'Silent'])];
  const base = { status: 'ok', runId: 'run-1', command: 'sync', basis: 'billed', milliseconds: 1 } as const;
  return { ...base, ...span, organizations, ...change };
}

describe('the end of a sync', () => {
  it('adds up yesterday where it was read whole, and what new projects cost since their first day', async () => {
    const { database } = await useTestDatabase('postgresql');
    const { prisma } = database;
    await fillProjects(prisma);
    await bill(prisma, 'search', '2026-11-22', '10.5');
    await bill(prisma, 'labs', '2026-11-19', '200');
    await bill(prisma, 'labs', '2026-11-22', '12.4');
    await bill(prisma, 'labs', '2026-11-22', '1', { currency: 'EUR', lineItem: 'gpt-5, input [EUR]' });
    await bill(prisma, 'assistant', '2026-11-22', '7');
    await markRead(prisma, ['openai', 'org-1'], ['2026-11-22'], NOON);
    await markRead(prisma, ['openai', 'org-2'], ['2026-11-19', '2026-11-22'], NOON);
    // Half of the day: its 7 USD are not what yesterday cost.
    await markRead(prisma, ['anthropic', 'org-3'], ['2026-11-22'], new Date('2026-11-22T12:00:00Z'));
    const { context } = recordContext(database, NOON);

    const result = run();
    await addClosing(context, result);
    expect(result.yesterday).toEqual({
      day: '2026-11-22',
      organizations: 2,
      of: 3,
      totals: [
        { currency: 'EUR', cost: '1' },
        { currency: 'USD', cost: '22.9' },
      ],
    });
    expect(result.newSpend).toEqual([
      {
        project: 'Labs',
        projectId: 'labs',
        organization: 'Labs',
        since: '2026-11-19',
        totals: [
          { currency: 'EUR', cost: '1' },
          { currency: 'USD', cost: '212.4' },
        ],
      },
    ]);

    const labs = run({ organizations: result.organizations.slice(1) });
    await addClosing(context, labs, { organization: 'Labs' });
    expect(labs.yesterday).toMatchObject({ organizations: 1, of: 1, totals: [{ cost: '1' }, { cost: '12.4' }] });

    const past = run({ command: 'backfill' });
    await addClosing(context, past);
    expect(past.yesterday).toBeUndefined();
  });

  it('says nothing of yesterday before anybody has read it', async () => {
    const { database } = await useTestDatabase('postgresql');
    await fillProjects(database.prisma);
    const result = run();
    await addClosing(recordContext(database, NOON).context, result);
    expect(result.yesterday).toBeUndefined();
    expect(result.newSpend).toBeUndefined();
  });
});
