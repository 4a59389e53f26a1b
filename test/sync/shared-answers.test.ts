import { describe, expect, it } from 'vitest';
import type { CostLine } from '../../src/domain/bucket.js';
import type { Organization } from '../../src/domain/collection.js';
import { daysOf, endOfDay, parseDay, startOfDay, type DaySpan } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import type { KeyedReport } from '../../src/domain/keyed-report.js';
import type { ProviderCall, WireEvent } from '../../src/domain/provider.js';
import { CostsError } from '../../src/errors.js';
import { SharedAnswers } from '../../src/sync/shared-answers.js';
import { line } from '../helpers/lines.js';

const span = (since: string, until: string): DaySpan => ({ since: parseDay(since), until: parseDay(until) });
const MONTH = span('2026-10-01', '2026-10-31');
const WEEK = span('2026-10-05', '2026-10-11');
const NOW = new Date('2026-11-23T12:00:00Z');
const child = (organizationId: string) => ({ organizationId, name: `Child ${organizationId}` }) as Organization;
const of = (organizationId: string | null, day: string, cost = '1') =>
  line(day, 'proj_1', `${organizationId ?? 'none'} ${day}`, cost, { organizationId });

/** A parent's key that answers with these lines, and by name with those. */
function share(lines: CostLine[], byName: () => CostLine[] = () => []) {
  const asked: unknown[] = [];
  const events: WireEvent[] = [];
  const keyed: KeyedReport = {
    ...{ source: 'analytics', name: 'analytics' },
    read: () => Promise.reject(new Error('One at a time.')),
    readChildren: (_, window) => {
      asked.push(['analytics', window]);
      return Promise.resolve((organizationId) => ({
        days: daysOf(window),
        costs: ['2026-10-04', '2026-10-05', '2026-10-11', '2026-10-12'].map((day) => ({
          ...line(day, 'proj_1', organizationId, '1'),
          apiKeyId: 'key_1',
        })) as never,
      }));
    },
  };
  const answers = new SharedAnswers({
    ...{ windows: [MONTH], daysWanted: () => 99, providerName: 'Anthropic', keyedReports: [keyed] },
    store: { clock: () => Promise.resolve(NOW) },
    isRegistered: (id) => id === 'a' || id === 'b',
    report: {
      firstDay: (today) => today,
      // eslint-disable-next-line @typescript-eslint/require-await -- as pages come
      async *fetchCosts(call, window, children) {
        asked.push([children, window]);
        call.observe({ ...{ type: 'request', method: 'GET', url: '', status: 200, milliseconds: 1 }, date: NOW });
        yield { buckets: [], lines: lines.slice(0, 2), end: null };
        yield { buckets: [], lines: lines.slice(2), end: 'complete' };
      },
      // eslint-disable-next-line @typescript-eslint/require-await -- as pages come
      async *fetchTotals(_, window, children) {
        asked.push([children, window]);
        yield { buckets: [], lines: byName(), end: 'complete' };
      },
    },
  });
  const call = (mostRows?: number) =>
    ({ mostRows, organizationId: 'a', observe: (event: WireEvent) => events.push(event) }) as unknown as ProviderCall;
  return { answers, asked, events, call };
}

describe('what the key of a parent is answered', () => {
  const LINES = [
    of('a', '2026-10-04'),
    of('a', '2026-10-05', '2'),
    of('b', '2026-10-05', '4'),
    of('a', '2026-10-11', '8'),
    of('a', '2026-10-12'),
    of('c', '2026-10-05'),
    of(null, '2026-10-05'),
  ];

  it('is asked for once, and of each child the days and lines that are its own', async () => {
    const { answers, asked, call } = share(LINES);
    const own = await answers.of(child('a')).readBill(call(), WEEK);
    expect(own).toMatchObject({ requestedAt: NOW, providerTime: null, days: daysOf(WEEK) });
    expect(own.lines.map(({ bucketStart, cost }) => [bucketStart, cost])).toEqual([
      [startOfDay(WEEK.since), parseDecimal('2')],
      [startOfDay(WEEK.until), parseDecimal('8')],
    ]);
    expect((await answers.of(child('b')).readBill(call(), WEEK)).lines).toHaveLength(1);
    expect(asked).toEqual([['all', MONTH]]);
  });

  it('tells of organizations without a key, and of spend of none', async () => {
    const { answers, events, call } = share(LINES);
    await answers.of(child('a')).readBill(call(), WEEK);
    expect(events.filter(({ type }) => type === 'unregistered')).toEqual([
      { type: 'unregistered', organizationId: 'c' },
      { type: 'unregistered', organizationId: null },
    ]);
  });

  it('is too large where it has more rows than can be held', async () => {
    const { answers, call } = share(LINES);
    const reader = answers.of(child('a'));
    await expect(reader.readBill(call(6), WEEK)).rejects.toMatchObject({ code: 'too-large' });
    expect((await reader.readBill(call(7), WEEK)).lines).toHaveLength(2);
  });

  it('says nothing of a child without a line, which is asked for by name, once', async () => {
    const { answers, asked, call } = share(LINES);
    const { readBill } = answers.of(child('silent'));
    for (const days of [WEEK, MONTH])
      expect(await readBill(call(), days)).toMatchObject({ days: daysOf(days), lines: [] });
    expect(asked).toEqual([
      ['all', MONTH],
      [['silent'], WEEK],
    ]);
  });

  it.each([
    [
      'another id of it',
      () => [of('x', '2026-10-05')],
      { code: 'conflict', hint: expect.stringContaining('costs keys add') as string },
    ],
    [
      'that it is left out',
      () => {
        throw new CostsError('contract', 'Not of this parent.');
      },
      {
        code: 'forbidden',
        message: expect.stringMatching(/^Child silent is left out .* Not of this parent\.$/) as string,
        hint: 'Give it a key of its own: costs keys rotate silent',
      },
    ],
    [
      'that the way is closed',
      () => {
        throw new CostsError('unreachable', 'Later.');
      },
      { code: 'unreachable', message: 'Later.' },
    ],
    [
      'nothing that is known',
      () => {
        throw new Error('Out of order.');
      },
      { message: 'Out of order.' },
    ],
  ])('fails a child without a line where by name it is answered %s', async (_, byName, error) => {
    const { answers, call } = share(LINES, byName);
    await expect(answers.of(child('silent')).readBill(call(), WEEK)).rejects.toMatchObject(error);
  });

  it('has reports beside the bill, read once as well, of the days that are wanted', async () => {
    const { answers, asked, call } = share([]);
    const [report] = answers.of(child('a')).keyedReports;
    const { days, costs } = (await report?.read(call(), WEEK, new Set())) ?? {};
    expect(report).toMatchObject({ source: 'analytics', name: 'analytics' });
    expect(days).toEqual(daysOf(WEEK));
    expect(costs?.map(({ lineItem, bucketEnd }) => [lineItem, bucketEnd])).toEqual([
      ['a', endOfDay(WEEK.since)],
      ['a', endOfDay(WEEK.until)],
    ]);
    await report?.read(call(), span('2026-10-12', '2026-10-31'), new Set());
    expect(asked).toEqual([['analytics', MONTH]]);
  });
});
