import { describe, expect, it } from 'vitest';
import { command as check } from '../../src/commands/check.js';
import { perform } from '../../src/commands/perform.js';
import { addDays, daysOf, parseDay, type Day } from '../../src/domain/day.js';
import type { CheckFindings } from '../../src/domain/finding.js';
import { recordContext } from '../helpers/context.js';
import { useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects } from '../helpers/spend.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const YESTERDAY = parseDay('2026-11-22');
const ago = (days: number) => addDays(YESTERDAY, -days);

/** What keys spent on days of a project, as bills by key have it: the bill is their sum. */
type Spent = [key: string, days: Day[], cost: string][];

async function start(projectId: string, spent: Spent) {
  const { database } = await useTestDatabase('postgresql');
  const { prisma } = database;
  await fillProjects(prisma);
  for (const [key, days, cost] of spent)
    for (const day of days) {
      await bill(prisma, projectId, day, cost, { lineItem: `of ${key}` });
      await prisma.$executeRaw`
        INSERT INTO cost_by_api_key (id, project_id, bucket_start_time, bucket_end_time, source, api_key_id, line_item, currency, model, token_type, service_tier, product, cost)
        SELECT gen_random_uuid()::text, project_id, bucket_start_time, bucket_end_time, 'bill', ${key}, line_item, currency, '', '', '', '', cost
        FROM cost_data WHERE line_item = ${`of ${key}`} AND bucket_start_time = ${day}::timestamp`;
    }
  const list = (id: string, name: string | null, endedAt: Date | null) =>
    prisma.$executeRaw`
      INSERT INTO api_keys (ai_provider, ai_organization_id, api_key_id, name, ended_at) VALUES ('openai', 'org-1', ${id}, ${name}, ${endedAt})`;
  const { context, last } = recordContext(database, NOW, { json: true });
  const run = async () => {
    const code = await perform(check, { keys: true }, context);
    const { findings } = last() as CheckFindings;
    return { code, findings: findings.map(({ id: _, ...finding }) => finding), ids: findings.map(({ id }) => id) };
  };
  return { prisma, list, run };
}

const ALL = daysOf({ since: ago(59), until: YESTERDAY });

describe('costs check --keys', () => {
  it('finds a key that was never seen and spends more than a hundredth of the month, and says what it spent', async () => {
    const { list, run } = await start('search', [
      ['key_old', ALL, '10'],
      ['key_new', [ago(2), ago(1)], '2.5'],
      ['key_small', [ago(1)], '3'],
      ['key_seen', [...daysOf({ since: ago(200), until: ago(199) }), ago(1)], '50'],
    ]);
    await list('key_new', 'CI $(nightly)', null);
    const { code, findings, ids } = await run();
    expect(code).toBe(1);
    expect(findings).toEqual([
      {
        check: 'keys',
        subject: 'Prod',
        message:
          'The API key "CI $(nightly)" (key_new) spent for the first time on 20 Nov, and 5.00 USD since: 1 % of the last 30 days.',
        hint: 'costs report last-30d --api-key key_new --group-by project,day',
        amount: { cost: '5', currency: 'USD' },
      },
    ]);
    expect((await run()).ids).toEqual(ids);
  });

  it('finds nothing new where keys of the organization have just come to be known', async () => {
    const { run } = await start('search', [
      ['key_a', daysOf({ since: ago(4), until: YESTERDAY }), '10'],
      ['key_b', [ago(1)], '10'],
    ]);
    expect(await run()).toMatchObject({ code: 0, findings: [] });
  });

  it('finds what a key spent after it had ended, on later days alone, and of keys that were listed once', async () => {
    const { list, run } = await start('search', [
      ['key_ended', ALL, '10'],
      ['key_stopped', daysOf({ since: ago(59), until: ago(3) }), '10'],
      ['key_unlisted', ALL, '10'],
    ]);
    await list('key_ended', 'Old job', new Date(`${ago(3)}T15:00:00Z`));
    await list('key_stopped', 'Stopped', new Date(`${ago(3)}T15:00:00Z`));
    await list('key_unlisted', null, new Date(`${ago(3)}T15:00:00Z`));
    const { code, findings } = await run();
    expect(code).toBe(1);
    expect(findings.map(({ message }) => message)).toEqual([
      'The API key "Old job" (key_ended) has ended and spent 30.00 USD after that, last on 22 Nov.',
    ]);
  });
});
