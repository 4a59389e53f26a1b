import { describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../../src/domain/day.js';
import { formatDecimal } from '../../../src/domain/decimal.js';
import { worldRow } from '../../../src/emulator/world.js';
import type { WireEvent } from '../../../src/domain/provider.js';
import type { Report } from '../../../src/domain/report.js';
import { useMachine } from '../../helpers/costs.js';
import { environmentOf, useReadyTarget } from '../../helpers/database.js';
import { anOrganization, NOON, openEmulator } from '../../helpers/emulator.js';
import { openProvider } from '../../helpers/provider.js';

const PASSWORD = 'correct horse battery staple\n';
const yesterday = addDays(toDay(NOON), -1);
const credits = (model: string, amount: string, listAmount: string, more = {}) =>
  worldRow({
    lineItem: `copilot_ai_unit · ${model}`,
    quantityUnit: 'ai-units',
    quantity: '3',
    amount,
    listAmount,
    ...more,
  });

describe('GitHub', () => {
  it('bills what is net and keeps what is gross; credits that are included cost nothing', async () => {
    const rows = [credits('gpt-5', '0', '2.98698546'), credits('claude-5', '1e-3', '0.25')];
    const { read } = await openProvider({ provider: 'github', days: new Map([[yesterday, rows]]) });
    const lines = await read(yesterday);
    expect(
      lines.map(({ lineItem, model, cost, listCost }) => [
        lineItem,
        model,
        formatDecimal(cost),
        formatDecimal(listCost ?? cost),
      ]),
    ).toEqual([
      ['copilot_ai_unit · gpt-5', 'gpt-5', '0', '2.98698546'],
      ['copilot_ai_unit · claude-5', 'claude-5', '0.001', '0.25'],
    ]);
  });

  it('leaves credits as they are where the report that knows models adds up to something else', async () => {
    const rows = [credits('gpt-5', '2', '2')];
    const { emulator, readCosts } = await openProvider({ provider: 'github', days: new Map([[yesterday, rows]]) });
    emulator.addFault({
      fault: { kind: 'rewrite', from: '"netAmount":2', to: '"netAmount":1.5' },
      match: { path: '/ai_credit/' },
    });
    expect(await readCosts(yesterday)).toEqual([['unassigned', 'copilot_ai_unit', '2']]);
  });

  it('tells the models of an organization with several repositories in an enterprise, and of sums that are binary', async () => {
    const rows = [
      credits('gpt-5', '2', '2', { projectId: 'acme' }),
      credits('claude-5', '1', '1', { projectId: 'acme' }),
    ];
    const { emulator, readCosts } = await openProvider({
      ...{ provider: 'github', id: 'ent-acme', days: new Map([[yesterday, rows]]) },
    });
    emulator.addFault({
      fault: { kind: 'rewrite', from: '"netAmount":1', to: '"netAmount":1,"repositoryName":"web"' },
      match: { path: '/billing/usage' },
    });
    emulator.addFault({
      fault: { kind: 'rewrite', from: '"netAmount":2', to: '"netAmount":2.0000000000000004' },
      match: { path: '/ai_credit/' },
    });
    expect(await readCosts(yesterday)).toEqual([
      ['acme', 'copilot_ai_unit · gpt-5', '2.0000000000000004'],
      ['acme', 'copilot_ai_unit · claude-5', '1'],
    ]);
  });

  it('leaves credits as they are where there is no report that knows models, and says so', async () => {
    const events: WireEvent[] = [];
    const { emulator, readCosts } = await openProvider(
      { provider: 'github', days: new Map([[yesterday, [credits('gpt-5', '2', '2')]]]) },
      { observe: (event) => events.push(event) },
    );
    emulator.addFault({ fault: { kind: 'status', status: 404 }, match: { path: '/ai_credit/' } });
    expect(await readCosts(yesterday)).toEqual([['unassigned', 'copilot_ai_unit', '2']]);
    expect(events).toContainEqual({ type: 'missing', endpoint: 'ai_credit/usage' });
  });

  it('refuses a charge that says no day, which would be on none', async () => {
    const { emulator, readCosts } = await openProvider({
      provider: 'github',
      days: new Map([[yesterday, [credits('gpt-5', '2', '2')]]]),
    });
    emulator.addFault({ fault: { kind: 'rewrite', from: `"date":"${yesterday}T00:00:00Z"`, to: '"date":null' } });
    await expect(readCosts(yesterday)).rejects.toMatchObject({
      code: 'contract',
      message: expect.stringContaining('without a date') as string,
    });
  });

  it('waits for a secondary limit, which it tells with 403, and says nothing of the scope', async () => {
    const { emulator, readCosts } = await openProvider({
      provider: 'github',
      days: new Map([[yesterday, [worldRow({ lineItem: 'copilot_for_business', amount: '19' })]]]),
    });
    const limited = {
      kind: 'body',
      status: 403,
      text: '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}',
    } as const;
    emulator.failNext(limited, 1);
    expect(await readCosts(yesterday)).toHaveLength(1);
    emulator.addFault({ fault: limited });
    await expect(readCosts(yesterday)).rejects.toMatchObject({ code: 'unreachable', keyProblem: 'rate-limit' });
  });

  it('asks an enterprise for each cost centre, deleted ones too, because its report leaves them out', async () => {
    const seats = (amount: string, projectId: string, costCenter?: string) =>
      worldRow({
        lineItem: 'copilot_for_business',
        quantityUnit: 'user-months',
        quantity: '1',
        amount,
        projectId,
        ...(costCenter === undefined ? {} : { costCenter }),
      });
    const rows = [seats('1', 'acme'), seats('2', 'acme', 'cc-1'), seats('4', 'labs', 'cc-2-deleted')];
    const { emulator, provider, call, readCosts } = await openProvider({
      provider: 'github',
      id: 'ent-acme',
      days: new Map([[yesterday, rows]]),
    });
    expect(await readCosts(yesterday)).toEqual([
      ['acme', 'copilot_for_business', '1'],
      ['acme', 'copilot_for_business', '2'],
      ['labs', 'copilot_for_business', '4'],
    ]);
    for await (const { lines } of provider.fetchTotals?.(call, { since: yesterday, until: yesterday }) ?? [])
      expect(lines.map(({ cost }) => formatDecimal(cost))).toEqual(['1', '2', '4']);
    // Each is a request: a list without a sensible end is asked for none of them.
    const endless = Array.from({ length: 10_001 }, (_, index) => `{"id":"cc-${index}"}`).join();
    emulator.addFault({ fault: { kind: 'rewrite', from: '"costCenters":[', to: `"costCenters":[${endless},` } });
    const before = emulator.requests.length;
    await expect(readCosts(yesterday)).rejects.toMatchObject({ code: 'contract' });
    expect(emulator.requests.length - before).toBeLessThan(5);
  });

  it('reads Copilot and models alone, and everything when that is asked for', async () => {
    const rows = [
      worldRow({ lineItem: 'actions_linux', quantityUnit: 'minutes', quantity: '9', amount: '0.5', projectId: 'web' }),
      worldRow({ lineItem: 'copilot_for_business', quantityUnit: 'user-months', quantity: '1', amount: '19' }),
    ];
    const days = new Map([[yesterday, rows]]);
    const alone = await openProvider({ provider: 'github', days });
    expect(await alone.readCosts(yesterday)).toEqual([['unassigned', 'copilot_for_business', '19']]);
    const all = await openProvider({ provider: 'github', days }, { services: 'all' });
    expect(await all.readCosts(yesterday)).toHaveLength(2);
  });

  it('says of its 404 that the scope may be missing', async () => {
    const { provider, call } = await openProvider({ provider: 'github' }, { organizationId: 'other' });
    await expect(provider.identify(call)).rejects.toMatchObject({
      code: 'auth',
      keyProblem: 'missing-scope',
      message: expect.stringContaining('404') as string,
    });
  });

  it(
    'reads all products where that was chosen, and verifies them by totals of all products',
    { tags: ['story'] },
    async () => {
      const rows = [
        credits('gpt-5', '2', '2.5'),
        worldRow({ lineItem: 'actions_linux', amount: '7.5', quantity: '3', quantityUnit: 'minutes' }),
      ];
      const organization = anOrganization({ provider: 'github', id: 'acme', days: new Map([[yesterday, rows]]) });
      const emulator = await openEmulator({ world: { organizations: [organization] } });
      const machine = await useMachine({
        ...environmentOf(await useReadyTarget('postgresql')),
        COSTS_INSECURE_STORAGE: '1',
        GITHUB_API_URL: emulator.baseUrl('github'),
        GH_BILLING_TOKEN: organization.keys[0]?.secret,
      });
      const span = [`--since=${yesterday}`, `--until=${yesterday}`, '--json'];
      await machine.here(['init', '--team', 'acme', '--email', 'a@example.com', '--password-stdin'], {
        input: PASSWORD,
      });
      const addAs = (name: string) => [
        ...['keys', 'add', '--provider', 'github', '--organization', name, '--from-env', 'GH_BILLING_TOKEN'],
      ];
      const total = async () => (await machine.here(['report', ...span])).json<Report>().totals.map(({ cost }) => cost);
      await machine.here(addAs('acme'));
      await machine.here(['backfill', ...span]);
      expect(await total()).toEqual(['2']);

      const exported = await machine.here(['export', '--format', 'jsonl', ...span.slice(0, 2)]);
      expect(JSON.parse(exported.stdout)).toMatchObject({ cost: '2', listCost: '2.5' });

      await machine.here(['keys', 'remove', 'acme', '--yes']);
      // The same one, in another of its forms.
      await machine.here([...addAs('organizations/Acme'), '--only', 'all']);
      const again = await machine.here(['backfill', ...span, '--force']);
      expect(again.json()).toMatchObject({ organizations: [{ inserted: 1, restated: { rows: 0 } }] });
      expect(await total()).toEqual(['9.5']);
      expect((await machine.here(['verify', ...span])).json()).toMatchObject({
        organizations: [{ equal: 1, restated: [] }],
      });
    },
  );
});
