import { describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../src/domain/day.js';
import type { Verification } from '../../src/domain/verification.js';
import { editRows } from '../../src/emulator/edits.js';
import { generateWorld, type GenerateOptions } from '../../src/emulator/generate.js';
import { createOutput } from '../../src/output/create.js';
import { renderVerification } from '../../src/output/verification.js';
import { verifySpan } from '../../src/sync/verify.js';
import { useCollector, type Collector } from '../helpers/collector.js';
import { STORY_KINDS, useTestDatabase, type DatabaseKind } from '../helpers/database.js';
import { openEmulator } from '../helpers/emulator.js';

const today = toDay(new Date());
const span = { since: addDays(today, -40), until: addDays(today, -1) };
const day = addDays(today, -5);

async function start(kind: DatabaseKind = 'postgresql', more: GenerateOptions['organizations'] = []) {
  const world = generateWorld({
    seed: 11,
    until: today,
    days: 42,
    organizations: [
      { provider: 'openai', id: 'org-1', projects: 3, lineItems: 3 },
      { provider: 'anthropic', id: 'ant-1', projects: 2, lineItems: 3 },
      ...more,
    ],
  });
  const emulator = await openEmulator({ world, now: () => new Date() });
  const { database } = await useTestDatabase(kind);
  const collector = await useCollector(database, emulator);
  expect(await collector.collect(span)).toMatchObject({ status: 'ok' });
  return { emulator, database, collector, verify: () => verify(collector) };
}

function verify({ organizations, dependencies }: Collector, days = span): Promise<Verification> {
  return verifySpan(organizations, days, dependencies);
}

/** What is worth telling, by organization. */
function summary({ organizations }: Verification) {
  return Object.fromEntries(
    organizations.map(({ organizationId, days, equal, restated, findings }) => [
      organizationId,
      { days, equal, restated: restated.map((each) => each.day), findings: findings.map((each) => each.message) },
    ]),
  );
}

const fine = { days: 40, equal: 40, restated: [], findings: [] };

describe.each(STORY_KINDS)('verify on %s', (kind) => {
  it('finds every day equal to the total the provider gives, and says which provider gives none', async () => {
    const { verify: again } = await start(kind, [{ provider: 'litellm', id: 'proxy', projects: 1, lineItems: 1 }]);
    const verification = await again();
    const none = { days: 0, equal: 0, restated: [], findings: [] };
    expect(summary(verification)).toEqual({ 'org-1': fine, 'ant-1': fine, proxy: none });
    expect(verification).toMatchObject({ status: 'ok', findings: [] });
    const told = verification.organizations.map(({ organizationId, comparedWith }) => [organizationId, comparedWith]);
    expect(Object.fromEntries(told)).toEqual({ 'org-1': 'totals', 'ant-1': 'totals', proxy: 'nothing' });
    const text = renderVerification(verification, createOutput({ noColor: true, ci: true }));
    expect(text).toContain('no total of its own, nothing compared');
  });
});

describe('verify', () => {
  it('names what an invoice has and no report of its provider', async () => {
    const { verify: again } = await start();
    const verification = await again();
    const told = verification.organizations.map(({ organizationId, notReported }) => [organizationId, notReported]);
    expect(Object.fromEntries(told)).toEqual({ 'org-1': undefined, 'ant-1': ['Priority Tier'] });
    const output = createOutput({ noColor: true, ci: true });
    const cycle = { since: day, currency: 'USD', rows: '7.5', provider: '8' };
    const notCompared = [{ since: day, until: day, reason: 'adopted, not proven' as const }];
    const organizations = verification.organizations.map((each) => ({ ...each, cycle, notCompared }));
    const text = renderVerification({ ...verification, organizations }, output);
    expect(text).toContain('in no report of Anthropic: Priority Tier.');
    expect(text).toMatch(/since .* OpenAI tells 8 USD, its rows 7\.5\./);
    expect(text).toContain(`adopted, not proven, not compared → costs backfill --since ${day} --until ${day}`);
  });

  it("shows a difference below 0.000001 as the provider's own rounding", async () => {
    const { emulator, verify: again } = await start();
    emulator.quirks.sumDecimals = 8;
    const { organizations } = await again();
    const openai = organizations.find(({ organizationId }) => organizationId === 'org-1');
    expect(openai?.findings).toEqual([]);
    expect(openai?.rounding.length).toBeGreaterThan(0);
    for (const { difference } of openai?.rounding ?? []) expect(Math.abs(Number(difference))).toBeLessThan(0.000001);
  });

  it('tells a day that was restated since it was read from one that does not add up', async () => {
    const { emulator, verify: again } = await start();
    editRows(emulator.organization('ant-1'), day, (row) => ({ ...row, amount: '77.25' }));
    const restated = await again();
    expect(summary(restated)).toMatchObject({ 'ant-1': { equal: 39, restated: [day], findings: [] }, 'org-1': fine });
    expect(restated.findings).toEqual([]);

    emulator.quirks.sumDecimals = 1;
    const wrong = await again();
    expect(summary(wrong)['org-1']?.findings.length).toBeGreaterThan(30);
    expect(wrong.findings[0]).toMatchObject({
      organizationId: 'org-1',
      message: expect.stringContaining('its total') as string,
    });
  });

  it('finds rows that somebody took away or altered in number behind its back', async () => {
    const { database, verify: again } = await start();
    await database.prisma.$executeRaw`
      DELETE FROM cost_data WHERE id = (
        SELECT c.id FROM cost_data c JOIN projects p ON p.id = c.project_id
        WHERE p.ai_organization_id = 'org-1' AND c.bucket_start_time = ${day}::timestamp AND abs(c.cost) > 0.01 LIMIT 1)`;
    const { findings } = await again();
    expect(findings).toMatchObject([
      { organizationId: 'org-1', day, hint: expect.stringContaining('--force') as string },
    ]);
  });

  it('names days it cannot compare, and compares the others', async () => {
    const { emulator, collector, database } = await start();
    const before = addDays(span.since, -3);
    await database.prisma.$executeRaw`
      UPDATE collected_days SET read_at = day + interval '12 hours' WHERE day = ${day}::date AND ai_organization_id = 'ant-1'`;
    const { organizations } = await verify(collector, { ...span, since: before });
    const gap = { since: before, until: addDays(span.since, -1), reason: 'never read' };
    expect(organizations.map(({ organizationId, days, notCompared }) => [organizationId, days, notCompared])).toEqual([
      ['ant-1', 39, [gap, { since: day, until: day, reason: 'read before it ended' }]],
      ['org-1', 40, [gap]],
    ]);
    emulator.quirks.costsLookback = 10;
    const [, openai] = (await verify(collector)).organizations;
    const gone = { since: span.since, until: addDays(today, -11), reason: 'not told any more' };
    expect(openai).toMatchObject({ status: 'ok', days: 10, equal: 10, notCompared: [gone] });
  });

  it('writes nothing, and one organization that is down does not stop the other', async () => {
    const { emulator, database, verify: again } = await start();
    const rows = () => database.prisma.$queryRaw`SELECT count(*), sum(cost)::text, max(xmin::text) FROM cost_data`;
    const before = await rows();
    emulator.addFault({ fault: { kind: 'status', status: 503 }, match: { organizationId: 'org-1' } });
    const { status, organizations } = await again();
    expect(status).toBe('partial');
    expect(organizations.map(({ organizationId, error }) => [organizationId, error?.code])).toEqual([
      ['ant-1', undefined],
      ['org-1', 'unreachable'],
    ]);
    expect(await rows()).toEqual(before);
  });
});
