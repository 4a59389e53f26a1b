// @module-tag story

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../src/domain/day.js';
import type { Report } from '../../src/domain/report.js';
import type { SyncResult } from '../../src/domain/results.js';
import { billUsage } from '../../src/emulator/bill-usage.js';
import { generateUsage } from '../../src/emulator/generate-usage.js';
import type { ComparisonDocument } from '../../src/output/comparison.js';
import type { PriceDocument } from '../../src/output/prices.js';
import { useMachine } from '../helpers/costs.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';
import { listCharges } from '../helpers/tariff.js';

const YESTERDAY = addDays(toDay(new Date()), -1);
const SINCE = addDays(YESTERDAY, -4);

describe('usage beside bills, by the commands a person types', () => {
  it('is collected, priced, reported and compared; a changed price is named', async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    const used = generateUsage(organization, {
      seed: 4,
      until: YESTERDAY,
      days: 5,
      perDay: 4,
      models: ['gpt-5', 'gpt-4.1', 'gpt-mystery'],
    });
    organization.usage = used.filter(({ endpoint }) => endpoint === 'completions' || endpoint === 'embeddings');
    billUsage(organization, listCharges());
    const emulator = await openEmulator({ world: { organizations: [organization] }, now: () => new Date() });
    const machine = await useMachine(
      {
        OPENAI_BASE_URL: emulator.baseUrl('openai'),
        OPENAI_ADMIN_KEY: organization.keys[0]?.secret,
      },
      { store: true },
    );
    const costs = async (...args: string[]) => {
      const ran = await machine.here([...args, '--json']);
      expect(ran.stderr, args.join(' ')).toBe('');
      return ran;
    };
    const span = ['--since', SINCE, '--until', YESTERDAY];
    await costs(
      'keys',
      'add',
      '--provider',
      'openai',
      '--organization',
      'org-a',
      '--name',
      'Prod',
      '--from-env',
      'OPENAI_ADMIN_KEY',
    );
    await costs('backfill', ...span);
    expect((await costs('backfill', ...span, '--basis', 'usage')).json<SyncResult>()).toMatchObject({
      status: 'ok',
      basis: 'usage',
    });

    const compare = async () => (await costs('usage', 'compare', ...span)).json<ComparisonDocument>();
    const before = await compare();
    // What a model without a price costs, nobody has billed here.
    expect(before).toMatchObject({ totals: [{ currency: 'USD', share: '1' }], warnings: [], unexplained: [] });
    expect(
      new Set(before.unpriced.filter(({ tokenType }) => tokenType === 'output_tokens').map(({ model }) => model)),
    ).toEqual(new Set(['gpt-mystery']));

    const report = (await costs('report', ...span, '--basis', 'usage', '--group-by', 'model')).json<Report>();
    expect(report.rows.filter(({ model }) => model === 'gpt-mystery')).toMatchObject([{ cost: null, estimated: true }]);
    expect(report.totals).toMatchObject([{ currency: 'USD', cost: before.totals[0]?.billed }]);

    const check = await machine.here(['usage', 'prices', 'check', '--json']);
    expect(check.code).toBe(1);
    expect(check.json<{ findings: { model: string }[] }>().findings.some(({ model }) => model === 'gpt-mystery')).toBe(
      true,
    );

    const { prices } = (await costs('usage', 'prices', 'list', '--model', 'gpt-4.1')).json<{
      prices: PriceDocument[];
    }>();
    const file = join(machine.home, 'prices.json');
    const changed = prices
      .filter(({ model }) => model === 'gpt-4.1')
      .map((price) => ({ ...price, price: String(Number(price.price) * 2) }));
    await writeFile(file, JSON.stringify({ prices: changed }));
    expect((await costs('usage', 'prices', 'import', file)).json()).toMatchObject({
      read: changed.length,
      changed: changed.length,
    });
    expect((await compare()).warnings).toMatchObject([
      {
        code: 'price',
        model: 'gpt-4.1',
        parts: expect.arrayContaining([expect.objectContaining({ factor: 0.5 })]) as unknown,
      },
    ]);
  });
});

it('usage is read of those who tell it, and the others are left out unless they were named', async () => {
  const organizations = [
    anOrganization({ provider: 'openai', id: 'org-a' }),
    anOrganization({ provider: 'cursor', id: 'team_1' }),
    anOrganization({ provider: 'openrouter', id: 'org_router' }),
  ];
  const emulator = await openEmulator({ world: { organizations }, now: () => new Date() });
  const [openai, cursor, openrouter] = organizations.map(({ keys: [key] }) => key?.secret);
  const machine = await useMachine(
    {
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      CURSOR_BASE_URL: emulator.baseUrl('cursor'),
      OPENROUTER_BASE_URL: emulator.baseUrl('openrouter'),
      A_KEY: openai,
      B_KEY: cursor,
      C_KEY: openrouter,
    },
    { store: true },
  );
  const add = async (provider: string, id: string, variable: string) => {
    const ran = await machine.here([
      ...['keys', 'add', '--provider', provider, '--organization', id],
      ...['--name', `Acme ${provider}`, '--from-env', variable],
    ]);
    expect(ran.code, ran.stderr).toBe(0);
  };
  await add('openai', 'org-a', 'A_KEY');
  await add('cursor', 'team_1', 'B_KEY');
  await add('openrouter', 'org_router', 'C_KEY');

  const daily = await machine.here(['sync', '--basis', 'usage']);
  expect(daily.code, daily.stderr).toBe(0);
  expect(daily.stderr).toContain('Acme cursor: Cursor reports no usage. It is left out.');
  const hourly = await machine.here(['backfill', '--since', YESTERDAY, '--basis', 'usage', '--bucket', '1h']);
  expect(hourly.code, hourly.stderr).toBe(0);
  expect(hourly.stderr).toContain('Acme openrouter: OpenRouter tells usage by the day only. It is left out.');

  const named = await machine.here(['sync', '--basis', 'usage', '--provider', 'cursor']);
  expect(named.code).toBe(2);
  expect(named.stderr).toContain('Acme cursor: Cursor reports no usage.');
});
