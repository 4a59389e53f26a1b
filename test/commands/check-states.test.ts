import { describe, expect, it } from 'vitest';
import { command as check, type CheckOptions } from '../../src/commands/check.js';
import { acknowledgeFinding } from '../../src/commands/check/ack.js';
import { listFindings } from '../../src/commands/check/list.js';
import type { KeptFindingDocument } from '../../src/output/kept-findings.js';
import { perform } from '../../src/commands/perform.js';
import { addDays, daysOf, endOfDay, parseDay, type Day } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import type { CheckFindings } from '../../src/domain/finding.js';
import type { OpenDatabase as Database } from '../helpers/open-database.js';
import { recordContext } from '../helpers/context.js';
import { useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects, markRead } from '../helpers/spend.js';
import { useWebhook } from '../helpers/webhook.js';

const FIRST = parseDay('2026-08-01');
const SPIKE = parseDay('2026-10-14');
const LAST = parseDay('2026-11-20');
const days = daysOf({ since: FIRST, until: LAST });

/** Search costs 10 a day and once, in October, 90; all is read. */
async function start() {
  const { database } = await useTestDatabase('postgresql');
  const { prisma } = database;
  await fillProjects(prisma);
  for (const day of days) await bill(prisma, 'search', day, day === SPIKE ? '90' : '10');
  for (const origin of [
    ['openai', 'org-1'],
    ['openai', 'org-2'],
    ['anthropic', 'org-3'],
  ] as [string, string][])
    await markRead(prisma, origin, days, endOfDay(LAST));
  return { database, prisma };
}

/** A job at noon of a day. */
function job(database: Database, day: Day, variables: Record<string, string> = {}) {
  const { context, last } = recordContext(database, new Date(`${day}T12:00:00Z`), { variables });
  return {
    check: async (options: CheckOptions = { anomaly: true, new: true }) => {
      const code = await perform(check, options, context);
      return { code, ...(last() as CheckFindings) };
    },
    ack: (id: string, options = {}) => perform(acknowledgeFinding, { id, ...options }, context),
    list: async (all = true) => {
      await perform(listFindings, { all }, context);
      return (last() as { findings: KeptFindingDocument[] }).findings;
    },
  };
}

const after = (count: number) => addDays(SPIKE, count);

describe('costs check --new', () => {
  it('tells a finding once, and a plain check every time', async () => {
    const { database } = await start();
    const first = await job(database, after(1)).check();
    expect(first).toMatchObject({
      code: 1,
      findings: [{ check: 'anomaly', amount: { cost: '90', currency: 'USD' } }],
    });
    for (const day of [after(2), after(6), after(7)])
      expect(await job(database, day).check()).toMatchObject({ code: 0, status: 'ok', findings: [] });
    const plain = await job(database, after(2)).check({ anomaly: true });
    expect(plain).toMatchObject({ code: 1, findings: [{ id: first.findings[0]?.id }] });
  });

  it('closes a finding whose day is no longer looked at, and does not tell it again in a wider check', async () => {
    const { database } = await start();
    await job(database, after(1)).check();
    await job(database, after(9)).check();
    expect(await job(database, after(9)).list()).toMatchObject([{ state: 'closed' }]);
    expect(await job(database, after(10)).check({ anomaly: true, new: true, period: '30d' })).toMatchObject({
      code: 0,
      anomalies: [{ day: SPIKE }],
    });
  });

  it('closes a finding whose cause is gone, and tells it again should it come back', async () => {
    const { database, prisma } = await start();
    await job(database, after(1)).check();
    await prisma.$executeRaw`UPDATE cost_data SET cost = 10 WHERE cost = 90`;
    expect(await job(database, after(2)).check()).toMatchObject({ code: 0 });
    expect(await job(database, after(2)).list()).toMatchObject([{ state: 'closed', toldAt: null }]);
    await prisma.$executeRaw`UPDATE cost_data SET cost = 90 WHERE bucket_start_time = ${SPIKE}::date`;
    expect(await job(database, after(3)).check()).toMatchObject({ code: 1, findings: [{ check: 'anomaly' }] });
  });

  it('keeps what a check with another threshold or of another kind does not look at', async () => {
    const { database } = await start();
    await job(database, after(1)).check();
    await job(database, after(2)).check({ anomaly: true, new: true, minAmount: parseDecimal('1000') });
    await job(database, after(2)).check({ budget: true, new: true });
    expect(await job(database, after(2)).list(false)).toMatchObject([{ state: 'open' }]);
    expect(await job(database, after(3)).check()).toMatchObject({ code: 0 });
  });

  it('refuses to look at the past alone, which would forget what was told since', async () => {
    const { database } = await start();
    await job(database, after(1)).check();
    const past = job(database, after(3)).check({ anomaly: true, new: true, period: 'last-month' });
    await expect(past).rejects.toMatchObject({ code: 'usage' });
    expect(await job(database, after(3)).check()).toMatchObject({ code: 0 });
  });

  it('tells a day that was altered twice as one finding', async () => {
    const { database, prisma } = await start();
    for (const found of ['b', 'c'])
      await prisma.$executeRaw`
        INSERT INTO seal_findings (ai_provider, ai_organization_id, day, seal, found, sealed_rows, found_rows, sealed_sums, found_sums)
        VALUES ('openai', 'org-1', '2026-10-10', 'a', ${found}, 1, 1, '[]', '[]')`;
    const told = await job(database, after(1)).check({ seals: true, new: true });
    expect(told).toMatchObject({ code: 1, findings: [{ check: 'seals' }] });
    expect(told.findings).toHaveLength(1);
  });

  it('is told by one of two jobs that run at once', async () => {
    const { database } = await start();
    const codes = await Promise.all(
      [1, 2, 3].map(() =>
        job(database, after(1))
          .check()
          .then(({ code }) => code),
      ),
    );
    expect(codes.sort()).toEqual([0, 0, 1]);
  });

  it('writes nothing without --new, --notify or ack', async () => {
    const { database, prisma } = await start();
    await job(database, after(1)).check({ anomaly: true });
    expect(await prisma.finding.count()).toBe(0);
  });
});

describe('costs check ack', () => {
  it(
    'takes whatever check shows: of an older day, of less than is told unasked, of any percent',
    { tags: ['story'] },
    async () => {
      const { database, prisma } = await start();
      await prisma.budget.create({ data: { id: 'b', teamId: 'team-1', currency: 'USD', amount: 200 } });
      const today = job(database, parseDay('2026-11-13'));
      for (const options of [
        { anomaly: true, period: '60d' },
        { budget: true, at: [50] },
      ]) {
        const [finding] = (await today.check(options)).findings;
        await today.ack(finding?.id ?? '');
        expect(await today.check(options)).toMatchObject({ code: 0, acknowledged: 1 });
      }
    },
  );

  it('holds while a narrower check does not look at it', async () => {
    const { database } = await start();
    const [finding] = (await job(database, after(1)).check()).findings;
    await job(database, after(1)).ack(finding?.id ?? '');
    await job(database, after(9)).check();
    expect(await job(database, after(9)).check({ anomaly: true, period: '30d' })).toMatchObject({
      code: 0,
      acknowledged: 1,
    });
  });

  it('leaves a finding alone until the day it names has passed, and then it is new again', async () => {
    const { database } = await start();
    const [finding] = (await job(database, after(1)).check({ anomaly: true })).findings;
    await job(database, after(1)).ack(finding?.id ?? '', { until: after(3), note: 'load test' });
    for (const options of [{ anomaly: true }, { anomaly: true, new: true }])
      expect(await job(database, after(2)).check(options)).toMatchObject({ code: 0, acknowledged: 1 });
    expect(await job(database, after(2)).list()).toMatchObject([
      { state: 'acknowledged', acknowledgedUntil: after(3), note: 'load test' },
    ]);
    expect(await job(database, after(4)).check()).toMatchObject({ code: 1, acknowledged: 0 });
  });

  it('refuses an id that no check found, one of another team, and a day that is over', async () => {
    const { database, prisma } = await start();
    await job(database, after(1)).check();
    const { id } = await prisma.finding.findFirstOrThrow();
    await expect(job(database, after(1)).ack(id, { until: SPIKE })).rejects.toMatchObject({ code: 'usage' });
    await prisma.finding.updateMany({ data: { teamId: 'team-2' } });
    await prisma.$executeRaw`UPDATE cost_data SET cost = 10 WHERE cost = 90`;
    for (const wrong of [id, 'ffffffff', ''])
      await expect(job(database, after(1)).ack(wrong)).rejects.toMatchObject({ code: 'usage' });
    expect(await job(database, after(1)).list()).toEqual([]);
  });
});

describe('costs check --notify', () => {
  it('sends each finding once over thirty days of daily jobs, two of them at once', { tags: ['story'] }, async () => {
    const { database } = await start();
    const hook = await useWebhook();
    const codes: number[] = [];
    for (const day of daysOf({ since: addDays(SPIKE, -10), until: addDays(SPIKE, 19) })) {
      const jobs = [1, 2].map(() => job(database, day, { HOOK: hook.address }).check({ notify: ['HOOK'], new: true }));
      for (const { code, messages } of await Promise.all(jobs)) {
        codes.push(code);
        expect(JSON.stringify(messages)).not.toContain('s3cr3t');
      }
    }
    expect(hook.received.filter(({ text }) => text?.includes('14 Oct'))).toHaveLength(1);
    expect(codes.filter((code) => code === 1)).toHaveLength(hook.received.length);
  });

  it('sends again what has doubled, and nothing for less', async () => {
    const { database, prisma } = await start();
    const hook = await useWebhook();
    const send = () => job(database, after(1), { HOOK: hook.address }).check({ anomaly: true, notify: ['HOOK'] });
    for (const cost of [90, 179, 180, 200, 361]) {
      await prisma.$executeRaw`UPDATE cost_data SET cost = ${cost} WHERE bucket_start_time = ${SPIKE}::date`;
      await send();
    }
    expect(hook.received.map(({ text }) => /cost ([\d.]+) USD/.exec(text ?? '')?.[1])).toEqual([
      '90.00',
      '180.00',
      '361.00',
    ]);
  });

  it('keeps what could not be sent for the next time, says so, and ends with 6 where nothing else was found', async () => {
    const { database } = await start();
    let down = true;
    const hook = await useWebhook((_, response) => void response.writeHead(down ? 404 : 200).end('no_service'));
    const run = () =>
      job(database, after(1), { HOOK: hook.address }).check({ anomaly: true, new: true, notify: ['HOOK'] });
    expect(await run()).toMatchObject({
      code: 1,
      messages: [{ channel: 'HOOK', findings: 0, error: expect.any(String) as string }],
    });
    expect(await run()).toMatchObject({ code: 6, findings: [] });
    down = false;
    expect(await run()).toMatchObject({ code: 0, messages: [{ findings: 1, error: null }] });
    expect(await run()).toMatchObject({ code: 0, messages: [{ findings: 0, error: null }] });
  });

  it('refuses a variable that is not set before it looks at anything', async () => {
    const { database } = await start();
    await expect(job(database, after(1)).check({ notify: ['NONE'] })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('budgets in check --at', () => {
  it('are found at the highest of the percents they passed, once each', async () => {
    const { database, prisma } = await start();
    await prisma.budget.create({ data: { id: 'b', teamId: 'team-1', currency: 'USD', amount: 200 } });
    const at = (day: string) => job(database, parseDay(day)).check({ budget: true, new: true, at: [50, 80, 100] });
    expect(await at('2026-11-10')).toMatchObject({ code: 0 });
    expect(await at('2026-11-12')).toMatchObject({
      code: 1,
      findings: [{ message: expect.stringContaining('over 50 %') as string }],
    });
    expect(await at('2026-11-13')).toMatchObject({ code: 0 });
    // Another job asks for another percent, and this one is not forgotten for it.
    await job(database, parseDay('2026-11-13')).check({ budget: true, new: true });
    expect(await at('2026-11-13')).toMatchObject({ code: 0 });
    expect(await at('2026-11-17')).toMatchObject({
      code: 1,
      findings: [{ message: expect.stringContaining('over 80 %') as string }],
    });
  });
});
