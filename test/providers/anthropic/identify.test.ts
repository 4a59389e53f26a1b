import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../../src/domain/day.js';
import type { CostProvider } from '../../../src/domain/cost-provider.js';
import { Secret } from '../../../src/domain/secret.js';
import { startEmulator, type Emulator } from '../../../src/emulator/emulator.js';
import { worldRow, type WorldOrganization } from '../../../src/emulator/world.js';
import { createHttpClient, type HttpClient } from '../../../src/providers/http.js';
import { providerOf } from '../../../src/providers/registry.js';
import { adminKey, anOrganization, NOON } from '../../helpers/emulator.js';

const spent = new Map([[addDays(toDay(NOON), -9), [worldRow({ amount: '"12.5"', currency: 'USD' })]]]);

function organization(
  id: string,
  { analyticsOnly = false, ...more }: Partial<WorldOrganization> & { analyticsOnly?: boolean } = {},
) {
  const key = adminKey({ provider: 'anthropic', id }, analyticsOnly ? { analyticsOnly, secret: secretOf(id) } : {});
  return anOrganization({ provider: 'anthropic', id, name: `Acme ${id}`, keys: [key], days: spent, ...more });
}

const secretOf = (id: string) => `sk-ant-api01-${id}-0123456789`;

describe('whose key of Anthropic it is, and what it reads', () => {
  let emulator: Emulator;
  let http: HttpClient;
  let provider: CostProvider;
  beforeAll(async () => {
    const organizations = [
      organization('plain'),
      organization('closed', { isHipaa: true }),
      organization('alone', { analyticsOnly: true }),
      organization('holding'),
      organization('holding-labs', { parentId: 'holding' }),
      organization('group', { analyticsOnly: true }),
      organization('group-labs', { parentId: 'group' }),
      organization('group-idle', { parentId: 'group', days: new Map() }),
      organization('group-care', { parentId: 'group', isHipaa: true }),
      organization('clinic', { analyticsOnly: true }),
      organization('clinic-care', { parentId: 'clinic', isHipaa: true }),
    ];
    emulator = await startEmulator({ world: { organizations }, now: () => NOON });
    http = createHttpClient({ version: 'test', tlsChecksOff: false, firstWaitMs: 5, giveUpAfterMs: 400 });
    provider = await connect();
  });
  afterAll(() => Promise.all([emulator.close(), http.close()]));

  const connect = () =>
    providerOf('anthropic').connect({ http, baseUrl: new URL(emulator.baseUrl('anthropic')), now: () => NOON });
  const identify = (secret: string) =>
    provider.identify({ key: new Secret(secret), signal: new AbortController().signal, observe: () => undefined });
  const ofAdmin = (id: string) => identify(emulator.organization(id).keys[0]?.secret ?? '');

  it('an admin key reads the bill of its organization, which has no children, with HIPAA readiness or without', async () => {
    for (const id of ['plain', 'closed']) {
      const identity = await ofAdmin(id);
      expect(identity).toMatchObject({ organizationId: id, organizationName: `Acme ${id}`, canListProjects: true });
      expect([identity.billSource, identity.children]).toEqual([undefined, undefined]);
    }
  });

  it('that of a parent reads its own bill, and answers for its children under their ids', async () => {
    expect(await ofAdmin('holding')).toMatchObject({
      organizationId: 'holding',
      children: [{ organizationId: 'holding-labs', name: null, leftOut: null }],
    });
  });

  it('a key of the Enterprise plan reads analytics alone, and does not say whose it is', async () => {
    const identity = await identify(secretOf('alone'));
    expect(identity).toMatchObject({ organizationId: null, billSource: 'report', canListProjects: false });
    expect(identity.warnings.join(' ')).toContain('analytics/cost');
  });

  it('that of a parent names its children, those that spent nothing and those that are left out', async () => {
    const { billSource, children = [] } = await identify(secretOf('group'));
    expect(billSource).toBeNull();
    expect(children.toSorted((a, b) => (a.organizationId < b.organizationId ? -1 : 1))).toEqual([
      { organizationId: 'group-care', name: 'Acme group-care', leftOut: expect.stringContaining('HIPAA') as string },
      { organizationId: 'group-idle', name: 'Acme group-idle', leftOut: null },
      { organizationId: 'group-labs', name: 'Acme group-labs', leftOut: null },
    ]);
  });

  it('one of another organization reads neither bill, total nor usage of the one that is asked for', async () => {
    const own = { since: addDays(toDay(NOON), -9), until: addDays(toDay(NOON), -9) };
    const read = async (organizationId: string) => {
      const again = await connect();
      const key = new Secret(emulator.organization('plain').keys[0]?.secret ?? '');
      const call = { key, organizationId, signal: new AbortController().signal, observe: () => undefined };
      const answers = [
        again.fetchCosts(call, own),
        again.fetchTotals?.(call, own),
        again.usage?.fetchUsage(call, own, '1d'),
      ];
      return Promise.all(
        answers.map(async (pages) => {
          try {
            for await (const page of pages ?? []) void page;
            return 'read';
          } catch (error) {
            return (error as Error).message;
          }
        }),
      );
    };
    expect(await read('plain')).toEqual(['read', 'read', 'read']);
    const refused = 'The key of closed reads another organization: plain instead of closed.';
    expect(await read('closed')).toEqual([refused, refused, refused]);
    // Who is not told whose a key is reads what it reads.
    emulator.addFault({ fault: { kind: 'odd', answer: 'gone' }, match: { path: '/organizations/me' } });
    expect(await read('closed')).toEqual(['read', 'read', 'read']);
    emulator.clearFaults();
  });

  it('one that reads nothing at all is refused in the words of the provider', async () => {
    await expect(identify(secretOf('clinic'))).rejects.toMatchObject({ code: 'auth' });
    await expect(identify('sk-ant-api01-nobody-0123456789')).rejects.toMatchObject({ code: 'auth' });
    await expect(identify('sk-ant-admin01-nobody')).rejects.toMatchObject({ code: 'auth', keyProblem: 'refused' });
  });
});
