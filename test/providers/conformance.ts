import type { CostProvider } from '../../src/domain/cost-provider.js';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BucketMerger } from '../../src/domain/bucket.js';
import { addDays, daysOf, toDay } from '../../src/domain/day.js';
import { formatDecimal, parseDecimal } from '../../src/domain/decimal.js';
import { UNASSIGNED, type ProviderCall, type ProviderId, type WireEvent } from '../../src/domain/provider.js';
import { Secret } from '../../src/domain/secret.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { expectedTotals, sumBy } from '../../src/emulator/expected.js';
import type { Fault } from '../../src/emulator/faults.js';
import { generateWorld } from '../../src/emulator/generate.js';
import { NO_QUIRKS } from '../../src/emulator/quirks.js';
import { worldRow } from '../../src/emulator/world.js';
import { addRow } from '../../src/emulator/edits.js';
import { providerOf } from '../../src/providers/registry.js';
import { createHttpClient, type HttpClient } from '../../src/providers/http.js';
import { NOON } from '../helpers/emulator.js';
import { TRAITS } from './traits.js';

const today = toDay(NOON);
const span = { since: addDays(today, -69), until: addDays(today, -1) };

/** What every provider promises, over a real socket. */
export function describeProvider(id: ProviderId): void {
  const traits = TRAITS[id];
  if (traits === undefined) throw new Error(`test/providers/traits.ts does not know ${id}`);
  const { paged } = traits;
  describe(`the ${id} provider`, () => {
    let emulator: Emulator;
    let http: HttpClient;
    let provider: CostProvider;
    let events: WireEvent[];

    beforeAll(async () => {
      const world = generateWorld({
        seed: 7,
        until: today,
        days: 75,
        organizations: [{ provider: id, id: 'org-1', projects: 3, lineItems: 3 }],
      });
      emulator = await startEmulator({ world, now: () => NOON });
    });
    afterAll(() => emulator.close());
    // Each has a client of its own: one that a provider complained to goes on asking slowly.
    beforeEach(async () => {
      events = [];
      await connect();
    });
    afterEach(async () => {
      await http.close();
      emulator.clearFaults();
      Object.assign(emulator.quirks, NO_QUIRKS);
      emulator.requests.length = 0;
    });

    async function connect(requestTimeoutMs = 20_000) {
      http = createHttpClient({
        ...{ version: 'test', tlsChecksOff: false, firstWaitMs: 5, giveUpAfterMs: 400 },
        requestTimeoutMs,
      });
      provider = await providerOf(id).connect({ http, baseUrl: new URL(emulator.baseUrl(id)), now: () => NOON });
    }

    async function connectAgain(requestTimeoutMs: number) {
      await http.close();
      await connect(requestTimeoutMs);
    }

    const call = (change: Partial<ProviderCall> = {}): ProviderCall => ({
      key: new Secret(emulator.organization('org-1').keys[0]?.secret ?? ''),
      signal: new AbortController().signal,
      organizationId: 'org-1',
      observe: (event) => events.push(event),
      ...change,
    });

    async function read(asked = span, change: Partial<ProviderCall> = {}) {
      const merger = new BucketMerger();
      const days = [];
      let end = null;
      for await (const page of provider.fetchCosts(call(change), asked)) {
        for (const line of page.lines) merger.add(line);
        days.push(...page.buckets.map(({ start }) => toDay(start)));
        end = page.end;
      }
      return { lines: merger.lines(), days, end };
    }

    /** Sums by project, day and currency, as the emulator has them. */
    function expected(asked = span) {
      const sums = sumBy(
        expectedTotals(emulator.world, asked, NOON),
        ({ projectId, day, currency }) => `${projectId} ${day} ${currency}`,
      );
      return Object.fromEntries([...sums].map(([key, cost]) => [key, formatDecimal(cost)]));
    }

    function summed(lines: Awaited<ReturnType<typeof read>>['lines']) {
      const sums = new Map<string, bigint>();
      for (const line of lines) {
        const key = `${line.providerProjectId} ${toDay(line.bucketStart)} ${line.currency}`;
        sums.set(key, (sums.get(key) ?? 0n) + line.cost);
      }
      return Object.fromEntries([...sums].map(([key, cost]) => [key, formatDecimal(cost as never)]));
    }

    it('reads every page of a span, exact to the last digit', async () => {
      const { lines, days, end } = await read();
      expect(days).toEqual(daysOf(span));
      expect(end).toBe('complete');
      expect(summed(lines)).toEqual(expected());
      expect(emulator.requests).toHaveLength(traits.requests);
    });

    it('reads its own total of each day on every page, in the unit of its rows, asking for no groups', async () => {
      const merger = new BucketMerger();
      const days = [];
      for await (const page of provider.fetchTotals?.(call(), span) ?? []) {
        for (const line of page.lines) merger.add(line);
        days.push(...page.buckets.map(({ start }) => toDay(start)));
      }
      const byDay = (sums: Iterable<[string, string]>) => {
        const totals = new Map<string, bigint>();
        for (const [key, cost] of sums) {
          const dayAndCurrency = key.slice(key.indexOf(' ') + 1);
          totals.set(dayAndCurrency, (totals.get(dayAndCurrency) ?? 0n) + parseDecimal(cost));
        }
        return Object.fromEntries(totals);
      };
      expect(days).toEqual(daysOf(span));
      expect(byDay(Object.entries(summed(merger.lines())))).toEqual(byDay(Object.entries(expected())));
      for (const { url } of events.flatMap((event) => (event.type === 'request' ? [event] : [])))
        expect(url).not.toContain('group_by');
    });

    it('files spend without project or description under names of its own', async () => {
      const { lines } = await read();
      expect(lines.some(({ providerProjectId }) => providerProjectId === UNASSIGNED)).toBe(true);
      expect(lines.every(({ lineItem }) => lineItem !== '')).toBe(true);
    });

    it.each<[string, Fault]>([
      ['429 without Retry-After', { kind: 'status', status: 429 }],
      ['429 with Retry-After', { kind: 'status', status: 429, retryAfter: '0' }],
      ['408', { kind: 'status', status: 408 }],
      ['500', { kind: 'status', status: 500 }],
      ['502 with a web page', { kind: 'status', status: 502, body: 'html' }],
      ['503', { kind: 'status', status: 503 }],
      ['529', { kind: 'status', status: 529 }],
      ['JSON that ends in the middle', { kind: 'truncated-json' }],
      ['a connection that breaks before the answer', { kind: 'refuse' }],
      ['a connection that breaks in the body', { kind: 'reset' }],
      ['an answer that stalls', { kind: 'stall' }],
    ])('tries again after %s', async (_, fault) => {
      if (fault.kind === 'stall') await connectAgain(paged ? 400 : 1500);
      emulator.failNext(fault, 1, paged ? { hasCursor: true } : {});
      expect(summed((await read()).lines)).toEqual(expected());
      expect(events.filter(({ type }) => type === 'retry')).toHaveLength(1);
    });

    it('accepts JSON under another content type', async () => {
      emulator.failNext({ kind: 'content-type' });
      expect(summed((await read()).lines)).toEqual(expected());
    });

    it.each<[string, Fault, string, RegExp]>([
      ['stays down', { kind: 'status', status: 503 }, 'unreachable', /127\.0\.0\.1.*503/],
      ['never answers in time', { kind: 'stall' }, 'unreachable', /did not answer in time/],
      ['cuts every answer', { kind: 'truncated-json' }, 'contract', /answered JSON without its end/],
    ])('gives a provider up that %s', async (_, fault, code, message) => {
      emulator.addFault({ fault });
      if (fault.kind === 'stall') await connectAgain(40);
      await expect(read()).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    });

    it.runIf(paged).each<[string, Fault, RegExp]>([
      ['has more without a cursor', { kind: 'missing-cursor' }, /has_more without next_page/],
      ['repeats a cursor', { kind: 'repeated-cursor' }, /same page cursor twice/],
      ['sends a page twice', { kind: 'duplicate-page' }, /twice or out of order/],
      ['leaves out a field', { kind: 'body', text: '{"data":[{"results":[]}],"has_more":false}' }, /data\[0\]/],
      ['sends another document', { kind: 'body', text: '[]' }, /not what its contract says/],
    ])('refuses a report that %s', async (_, fault, message) => {
      emulator.addFault({ fault });
      await expect(read()).rejects.toMatchObject({
        code: 'contract',
        message: expect.stringMatching(message) as string,
      });
    });

    it.runIf(paged)('stops at an empty page, and knows nothing of the days behind it', async () => {
      emulator.failNext({ kind: 'empty-page', more: true }, 1, { hasCursor: true });
      const { days, end } = await read();
      expect(end).toBe('early');
      expect(days).toEqual(daysOf(span).slice(0, 31));
    });

    it.each([
      ['is unknown', 'unknown-key', /refused the key/],
      ['has expired', 'expired', /refused the key/],
    ])('names the reason when the key %s', async (_, secret, message) => {
      await expect(read(span, { key: new Secret(secret) })).rejects.toMatchObject({
        code: 'auth',
        message: expect.stringMatching(message) as string,
      });
      expect(emulator.requests).toHaveLength(1);
    });

    it('ends at once when it is interrupted, in the middle of a wait too', async () => {
      emulator.addFault({ fault: { kind: 'status', status: 429, retryAfter: '30' } });
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 50);
      const started = performance.now();
      const patient = createHttpClient({ version: 'test', tlsChecksOff: false });
      const waiting = await providerOf(id).connect({
        http: patient,
        baseUrl: new URL(emulator.baseUrl(id)),
        now: () => NOON,
      });
      const reading = (async () => {
        for await (const page of waiting.fetchCosts(call({ signal: controller.signal }), span)) void page;
      })();
      await expect(reading).rejects.toMatchObject({ code: 'interrupted' });
      expect(performance.now() - started).toBeLessThan(20_000);
      await patient.close();
    });

    it('never follows a redirect, so that the key goes nowhere else', async () => {
      let visits = 0;
      const elsewhere = createServer((_, response) => {
        visits += 1;
        response.end('{}');
      }).listen(0, '127.0.0.1');
      await once(elsewhere, 'listening');
      emulator.addFault({
        fault: { kind: 'redirect', location: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/` },
      });
      await expect(read()).rejects.toMatchObject({
        code: 'contract',
        message: expect.stringMatching(/redirects/) as string,
      });
      expect(visits).toBe(0);
      elsewhere.close();
    });

    const day = { since: span.until, until: span.until };

    it('reports an unknown field once a call, and never drops the row that has it', async () => {
      const { from, to, path } = traits.newField;
      emulator.addFault({ fault: { kind: 'rewrite', from, to } });
      expect(summed((await read(day)).lines)).toEqual(expected(day));
      const drift = events.filter(({ type }) => type === 'drift');
      expect(new Set(drift)).toEqual(new Set([{ type: 'drift', path, value: 'number' }]));
    });

    it.runIf(traits.newValue !== null)(
      'reports a value it does not know once a call, and keeps the row that has it',
      async () => {
        const { from, to, path } = traits.newValue ?? traits.newField;
        emulator.addFault({ fault: { kind: 'rewrite', from, to } });
        expect(summed((await read(day)).lines)).toEqual(expected(day));
        expect(events.filter(({ type }) => type === 'drift')).toEqual([{ type: 'drift', path, value: 'moon' }]);
      },
    );

    it('refuses an amount that the store would round, naming the field', async () => {
      const odd = worldRow({ amount: amountTokenOf('0.123454321'), lineItem: 'odd', projectId: null });
      addRow(emulator.organization('org-1'), today, odd);
      emulator.addFault({ fault: { kind: 'rewrite', from: '0.123454321', to: '1e-31' } });
      await expect(read({ since: today, until: today })).rejects.toMatchObject({
        code: 'contract',
        message: expect.stringMatching(traits.amount) as string,
      });
      emulator.organization('org-1').days.get(today)?.pop();
    });

    it.runIf(traits.lists !== false)('lists projects, archived ones too, page by page', async () => {
      const listed = await provider.listProjects(call());
      expect(listed.map((project) => project.id).sort()).toEqual(
        emulator
          .organization('org-1')
          .projects.map((project) => project.id)
          .sort(),
      );
    });

    it('tells whose key it is', async () => {
      emulator.quirks.undocumentedFields = true;
      expect(await provider.identify(call())).toMatchObject({ organizationId: 'org-1', canListProjects: true });
    });

    /** As the provider writes amounts: some as numbers, some as texts. */
    function amountTokenOf(text: string): string {
      const [row] = emulator.organization('org-1').days.get(today) ?? [];
      return traits?.paged === true && row?.amount.startsWith('"') === true ? `"${text}"` : text;
    }
  });
}
