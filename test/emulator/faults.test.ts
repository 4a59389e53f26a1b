import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import { editRows } from '../../src/emulator/edits.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import { worldRow } from '../../src/emulator/world.js';
import { ask, unix, type Asked } from '../helpers/ask.js';
import { anOrganization, NOON, openEmulator } from '../helpers/emulator.js';

const OPENAI = 'org-a';
const ANTHROPIC = 'b7c1f0aa-0000-4000-8000-000000000001';
const DAY = parseDay('2026-11-01');
const COSTS = `/v1/organization/costs?start_time=${unix('2026-11-01')}&end_time=${unix('2026-11-11')}`;
const REPORT = '/v1/organizations/cost_report?starting_at=2026-11-01T00:00:00Z&ending_at=2026-11-11T00:00:00Z';

function open(seed = 1): Promise<Emulator> {
  const organizations = [
    anOrganization({ provider: 'openai', id: OPENAI, days: new Map([[DAY, [worldRow({ amount: '1' })]]]) }),
    anOrganization({ provider: 'anthropic', id: ANTHROPIC }),
  ];
  return openEmulator({ world: { organizations }, seed });
}

function page({ json }: Asked): string {
  return `&page=${encodeURIComponent(json.next_page ?? '')}`;
}

describe('an error answer', () => {
  it.each([500, 502, 503, 529])('of status %i comes as often as asked, in JSON or HTML', async (status) => {
    const emulator = await open();
    emulator.failNext({ kind: 'status', status });
    emulator.failNext({ kind: 'status', status, body: 'html' });
    expect((await ask(emulator, ANTHROPIC, REPORT)).json.error.type).toBe(
      status === 529 ? 'overloaded_error' : 'api_error',
    );
    const html = await ask(emulator, ANTHROPIC, REPORT);
    expect(html.status).toBe(status);
    expect(html.headers.get('content-type')).toContain('text/html');
    expect((await ask(emulator, ANTHROPIC, REPORT)).status).toBe(200);
  });

  it('of status 429 has Retry-After only when asked; Anthropic tells a reset time that is over', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'status', status: 429, retryAfter: '2' });
    emulator.failNext({ kind: 'status', status: 429 });
    expect((await ask(emulator, OPENAI, COSTS)).headers.get('retry-after')).toBe('2');
    const anthropic = await ask(emulator, ANTHROPIC, REPORT);
    expect(anthropic.json.error.type).toBe('rate_limit_error');
    expect(anthropic.headers.has('retry-after')).toBe(false);
    const reset = anthropic.headers.get('anthropic-ratelimit-requests-reset') ?? '';
    expect(Date.parse(reset)).toBeLessThan(NOON.getTime());
  });
});

describe('a rate limit', () => {
  it('answers 429 to one organization that sends too much, and to nobody else', async () => {
    const emulator = await open();
    emulator.quirks.requestsPerSecond = 3;
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await ask(emulator, OPENAI, COSTS)).status),
    );
    expect(statuses.sort()).toEqual([200, 200, 200, 429, 429]);
    expect((await ask(emulator, ANTHROPIC, REPORT)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect((await ask(emulator, OPENAI, COSTS)).status).toBe(200);
  });
});

describe('an answer of 200', () => {
  it('can be a page of HTML', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'html' });
    const asked = await ask(emulator, OPENAI, COSTS);
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('<html>');
  });

  it('can be half a document in a whole transfer', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'truncated-json' });
    const asked = await ask(emulator, OPENAI, COSTS);
    expect(asked.text).toMatch(/^\{"object":"page"/);
    expect(asked.json).toBeUndefined();
  });

  it('can call its JSON plain text', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'content-type' });
    const asked = await ask(emulator, OPENAI, COSTS);
    expect(asked.headers.get('content-type')).toBe('text/plain');
    expect(asked.json.object).toBe('page');
  });

  it('can be any text at all', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'body', text: '{"object":"page","data":17}' });
    expect((await ask(emulator, OPENAI, COSTS)).json).toEqual({ object: 'page', data: 17 });
  });

  it('can be late', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'latency', milliseconds: 60 });
    const started = performance.now();
    expect((await ask(emulator, OPENAI, COSTS)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(55);
  });

  it('can be of an earlier revision', async () => {
    const emulator = await open();
    const before = emulator.snapshot();
    editRows(emulator.organization(OPENAI), DAY, (row) => ({ ...row, amount: '2' }));
    emulator.failNext({ kind: 'stale', world: before });
    expect((await ask(emulator, OPENAI, COSTS)).text).toContain('"value":1,');
    expect((await ask(emulator, OPENAI, COSTS)).text).toContain('"value":2,');
  });
});

describe('a connection', () => {
  it.each(['reset', 'refuse'] as const)('can break: %s', async (kind) => {
    const emulator = await open();
    emulator.failNext({ kind });
    await expect(ask(emulator, OPENAI, COSTS)).rejects.toThrow();
    expect(emulator.requests).toMatchObject([{ fault: kind, status: kind === 'reset' ? 200 : null }]);
    expect((await ask(emulator, OPENAI, COSTS)).status).toBe(200);
  });

  it('can stall until the client gives up, and does not keep the emulator from closing', async () => {
    const emulator = await open();
    emulator.addFault({ fault: { kind: 'stall' } });
    await expect(ask(emulator, OPENAI, COSTS, { signal: AbortSignal.timeout(80) })).rejects.toThrow(/timeout/);
    const stalled = ask(emulator, OPENAI, COSTS).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await emulator.close();
    expect(await stalled).toBeInstanceOf(Error);
  });

  it('can be sent elsewhere', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'redirect', location: 'https://elsewhere.example/' });
    const asked = await ask(emulator, OPENAI, COSTS);
    expect([asked.status, asked.headers.get('location')]).toEqual([307, 'https://elsewhere.example/']);
  });
});

describe.each([
  { provider: 'OpenAI', id: OPENAI, path: COSTS },
  { provider: 'Anthropic', id: ANTHROPIC, path: REPORT },
])('a page of $provider', ({ id, path }) => {
  it('can come twice under two cursors, after which all goes on', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'duplicate-page' }, 2);
    const first = await ask(emulator, id, path);
    const again = await ask(emulator, id, path + page(first));
    expect(again.json.data).toEqual(first.json.data);
    expect(again.json.next_page).not.toBe(first.json.next_page);
    const third = await ask(emulator, id, path + page(again));
    expect(third.json.data).toEqual(first.json.data);
    const last = await ask(emulator, id, path + page(third));
    expect(last.json).toMatchObject({ has_more: false });
    expect(last.json.data).toHaveLength(3);
  });

  it('can repeat the cursor it was asked with', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'repeated-cursor' });
    const first = await ask(emulator, id, path);
    const second = await ask(emulator, id, path + page(first));
    expect(second.json).toMatchObject({ has_more: true, next_page: first.json.next_page });
  });

  it('can promise more without a cursor', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'missing-cursor' });
    expect((await ask(emulator, id, path)).json).toMatchObject({ has_more: true, next_page: null });
  });

  it('can be empty, with or without a promise of more', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'empty-page' });
    emulator.failNext({ kind: 'empty-page', more: true });
    expect((await ask(emulator, id, path)).json).toMatchObject({ data: [], has_more: false, next_page: null });
    const more = await ask(emulator, id, path);
    expect(more.json).toMatchObject({ data: [], has_more: true });
    expect(more.json.next_page).toMatch(/^page_/);
  });

  it('can have buckets without rows', async () => {
    const emulator = await open();
    emulator.failNext({ kind: 'empty-buckets' });
    const { json } = await ask(emulator, id, path);
    expect(json.data).toHaveLength(7);
    expect(json.data.every(({ results }) => results.length === 0)).toBe(true);
  });
});

describe('a fault rule', () => {
  it('takes only the requests it is for', async () => {
    const emulator = await open();
    emulator.addFault({ fault: { kind: 'status', status: 503 }, match: { organizationId: OPENAI, path: '/costs' } });
    expect((await ask(emulator, OPENAI, COSTS)).status).toBe(503);
    expect((await ask(emulator, OPENAI, '/v1/organization/projects')).status).toBe(200);
    expect((await ask(emulator, ANTHROPIC, REPORT)).status).toBe(200);
  });

  it('can take the following pages only, and can be taken away', async () => {
    const emulator = await open();
    const remove = emulator.addFault({ fault: { kind: 'status', status: 500 }, match: { hasCursor: true } });
    const first = await ask(emulator, OPENAI, COSTS);
    expect((await ask(emulator, OPENAI, COSTS + page(first))).status).toBe(500);
    remove();
    expect((await ask(emulator, OPENAI, COSTS + page(first))).status).toBe(200);
  });

  it('is drawn from the seed: the same requests meet the same faults in any order, a third of them here', async () => {
    const statuses = async (seed: number, order: number[]): Promise<Map<number, number>> => {
      const emulator = await open(seed);
      emulator.addFault({ fault: { kind: 'status', status: 503 }, probability: 0.3 });
      const met = new Map<number, number>();
      for (const limit of order) met.set(limit, (await ask(emulator, OPENAI, `${COSTS}&limit=${limit}`)).status);
      return met;
    };
    const order = Array.from({ length: 100 }, (_, index) => index + 1);
    const met = await statuses(7, order);
    const failed = [...met.values()].filter((status) => status === 503).length;
    expect(failed).toBeGreaterThan(15);
    expect(failed).toBeLessThan(45);
    const backwards = await statuses(7, order.toReversed());
    expect(order.map((limit) => backwards.get(limit))).toEqual(order.map((limit) => met.get(limit)));
    expect([...(await statuses(8, order)).values()]).not.toEqual([...met.values()]);
  });

  it('spares a request that is sent again', async () => {
    const emulator = await open();
    emulator.addFault({ fault: { kind: 'status', status: 503 }, probability: 0.5 });
    const met = new Set<number>();
    for (let time = 0; time < 20; time++) met.add((await ask(emulator, OPENAI, COSTS)).status);
    expect([...met].sort()).toEqual([200, 503]);
  });
});
