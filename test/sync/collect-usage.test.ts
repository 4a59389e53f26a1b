import { describe, expect, it } from 'vitest';
import { addDays, endOfDay, parseDay, startOfDay, type Day, type DaySpan } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import type { Organization } from '../../src/domain/collection.js';
import type { ProviderCall, WireEvent } from '../../src/domain/provider.js';
import { NO_DIMENSIONS, type UsageLine, type UsagePage, type UsageWrite } from '../../src/domain/usage.js';
import type { UsageRead, UsageStore } from '../../src/domain/usage-store.js';
import { CostsError } from '../../src/errors.js';
import { usageCollector } from '../../src/sync/collect-usage.js';
import { listenToClock } from '../../src/sync/provider-clock.js';
import type { WindowWork } from '../../src/sync/work.js';

const SPAN = { since: parseDay('2026-02-26'), until: parseDay('2026-02-28') };
const [FIRST, SECOND, THIRD] = [0, 1, 2].map((days) => addDays(SPAN.since, days)) as [Day, Day, Day];
const ENDPOINTS = ['completions', 'images'];
const LATER = new Date('2026-03-05T12:00:00Z');

interface Terms {
  mostRows?: number;
  /** The database's clock when the request is sent. */
  now?: Date;
  signal?: AbortSignal;
  reads?: UsageRead[];
  resumedSince?: Date;
}

type Pages = Iterable<UsagePage> | AsyncIterable<UsagePage>;

/** Collects a window of a provider that answers these pages: what is written, told and returned. */
async function collect(
  pages: Pages | ((call: ProviderCall) => Pages) | null,
  { mostRows, now = LATER, signal = new AbortController().signal, reads = [], resumedSince }: Terms = {},
) {
  const events: WireEvent[] = [];
  const written: UsageWrite[] = [];
  const asked: [DaySpan, readonly string[]][] = [];
  const fetchUsage = (call: ProviderCall, span: DaySpan, _width: unknown, endpoints: readonly string[]) => {
    asked.push([span, endpoints]);
    return typeof pages === 'function' ? pages(call) : pages;
  };
  const work = {
    organization: { name: 'Acme', provider: 'openai', organizationId: 'org-1', teamId: 'team-1' } as Organization,
    provider: { facts: { name: 'OpenAI' }, ...(pages === null ? {} : { usage: { endpoints: ENDPOINTS, fetchUsage } }) },
    call: { mostRows, signal, observe: (event: WireEvent) => events.push(event) },
    hasNames: () => false,
    dependencies: { store: { clock: () => Promise.resolve(now), unknownProjects: () => Promise.resolve([]) } },
    options: { runId: 'run-1', acceptRestatement: false, forced: false, plannedAt: new Date('2026-03-05T11:59:00Z') },
    resumedSince,
  } as unknown as WindowWork;
  const usage = {
    readsOf: () => Promise.resolve(reads),
    writeWindow: (write: UsageWrite) => {
      written.push(write);
      return Promise.resolve({});
    },
  } as unknown as UsageStore;
  const outcome = await usageCollector(usage, '1d')(SPAN, work).catch((error: unknown) => error);
  return { outcome, events, asked, write: written[0], answers: written[0]?.answers };
}

function lineOf(endpoint: string, apiKeyId: string, day: Day = FIRST): UsageLine {
  const counted = { tokenType: 'requests', unit: 'requests', quantity: parseDecimal('1') } as const;
  const bucket = { bucketStart: startOfDay(day), bucketEnd: endOfDay(day) };
  return { ...NO_DIMENSIONS, ...bucket, providerProjectId: 'proj_1', endpoint, apiKeyId, ...counted };
}

/** A page of a report with a bucket and a line for each of these days. */
function page(days: readonly Day[], change: Partial<UsagePage> = {}): UsagePage {
  const { endpoint = 'completions' } = change;
  return {
    endpoint,
    buckets: days.map((day) => ({ start: startOfDay(day), end: endOfDay(day) })),
    lines: days.map((day) => lineOf(endpoint, 'key_1', day)),
    ...{ end: 'complete', since: SPAN.since },
    ...change,
  };
}

const NO_SCOPE = new CostsError('auth', 'No scope.', { hint: 'Add it.', keyProblem: 'missing-scope' });
const refusal = (missing: boolean, error = NO_SCOPE) => ({ missing, error });

/** Pages, and why there are no more. */
// eslint-disable-next-line @typescript-eslint/require-await -- as pages come
async function* thenFails(pages: readonly UsagePage[], error: Error) {
  yield* pages;
  throw error;
}

describe('a window of usage', () => {
  it('of more lines than it may have is too large, whatever number of reports they are of', async () => {
    const of = (endpoint: string) => {
      const lines = Array.from({ length: 50 }, (_, index) => lineOf(endpoint, `key_${index}`));
      return page([FIRST], { endpoint, lines });
    };
    const pages = [of('completions'), of('embeddings')];
    expect((await collect(pages, { mostRows: 99 })).outcome).toMatchObject({ code: 'too-large' });
    expect((await collect(pages, { mostRows: 100 })).outcome).toMatchObject({ rows: 100 });
  });

  it('is written with every day that a complete answer speaks for, those without a line, too', async () => {
    const { outcome, write, answers } = await collect([page([SECOND])]);
    expect(outcome).toMatchObject({ rows: 1 });
    expect(answers).toEqual([{ endpoint: 'completions', days: [FIRST, SECOND, THIRD], refused: [] }]);
    expect(write).toMatchObject({
      ...{ provider: 'openai', organizationId: 'org-1', organizationName: 'Acme', teamId: 'team-1', runId: 'run-1' },
      ...{ width: '1d', requestedAt: LATER, providerTime: null, lease: 'run-1', acceptRestatement: false },
    });
    expect(write?.lines.map(({ bucketStart }) => bucketStart)).toEqual([startOfDay(SECOND)]);
  });

  it('of an answer that ended early has the days up to its last bucket, and no line of others', async () => {
    const half = { start: startOfDay(THIRD), end: new Date('2026-02-28T05:00:00Z') };
    const { answers, write } = await collect([
      page([FIRST], { end: null }),
      page([SECOND, THIRD], { buckets: [{ start: startOfDay(SECOND), end: endOfDay(SECOND) }, half], end: null }),
      page([], { end: 'early' }),
    ]);
    expect(answers).toEqual([{ endpoint: 'completions', days: [FIRST, SECOND], refused: [] }]);
    expect(write?.lines.map(({ bucketStart }) => bucketStart)).toEqual([startOfDay(FIRST), startOfDay(SECOND)]);
  });

  it('keeps the reports apart: what one was not asked for to its end, another may have', async () => {
    const { answers, write } = await collect([
      page([FIRST], { end: 'early' }),
      page([FIRST, SECOND, THIRD], { endpoint: 'images' }),
    ]);
    expect(answers?.map(({ endpoint, days }) => [endpoint, days.length])).toEqual([
      ['completions', 1],
      ['images', 3],
    ]);
    expect(write?.lines).toHaveLength(4);
  });

  it('that a page does not hold is written as far as it does, and what is left is taken next', async () => {
    const { outcome, answers } = await collect([
      page([FIRST, SECOND], { end: null }),
      page([FIRST], { endpoint: 'images', end: 'complete', until: SECOND }),
    ]);
    expect(outcome).toMatchObject({ rest: { since: THIRD, until: THIRD }, pageDays: 2, unread: undefined });
    expect(answers).toEqual([
      { endpoint: 'completions', days: [FIRST, SECOND], refused: [] },
      { endpoint: 'images', days: [FIRST, SECOND], refused: [] },
    ]);
  });

  it('is taken no further than any of its reports was asked for', async () => {
    const rest = { since: THIRD, until: THIRD };
    const early = page([FIRST, SECOND], { end: null });
    expect((await collect([early])).outcome).toMatchObject({ rest });
    const noon = { start: startOfDay(THIRD), end: new Date('2026-02-28T12:00:00Z') };
    const half = { ...early, buckets: [...early.buckets, noon] };
    expect((await collect([half])).outcome).toMatchObject({ rest });
    const until = page([FIRST], { endpoint: 'images', until: SECOND });
    const whole = page([FIRST], { endpoint: 'embeddings' });
    for (const pages of [[until], [until, whole], [whole, until]])
      expect((await collect(pages)).outcome).toMatchObject({ rest, pageDays: undefined });
    expect((await collect([whole])).outcome).not.toHaveProperty('rest');
  });

  it('fails whole where not even a page came, or for more than the limit of requests', async () => {
    const limit = new CostsError('unreachable', 'Later.');
    const none = await collect(thenFails([], limit));
    expect([none.outcome, none.write]).toEqual([limit, undefined]);
    for (const error of [new CostsError('contract', 'Not what was promised.'), new Error('Out of order.')]) {
      const { outcome, write } = await collect(thenFails([page([FIRST])], error));
      expect([outcome, write]).toEqual([error, undefined]);
    }
    // A report that said nothing yet may have had something to say.
    const silent = page([], { endpoint: 'images', end: 'early' });
    expect((await collect(thenFails([page([FIRST]), silent], limit))).outcome).toMatchObject({
      unread: { span: SPAN, error: limit },
    });
  });

  it('keeps the reports that came before the limit of requests, and asks for the others alone the next time', async () => {
    const limit = new CostsError('unreachable', 'Later.', { retryAt: endOfDay(THIRD) });
    const { outcome, answers } = await collect(thenFails([page([FIRST, SECOND, THIRD])], limit));
    expect(outcome).toMatchObject({ unread: { span: SPAN, error: limit } });
    expect(answers).toEqual([{ endpoint: 'completions', days: [FIRST, SECOND, THIRD], refused: [] }]);

    const readAt = new Date('2026-03-05T11:00:00Z');
    const reads = [FIRST, SECOND].map((day) => ({ endpoint: 'completions', day, readAt, refused: false }));
    const head = { since: FIRST, until: SECOND };
    const resumed = await collect([page([], { endpoint: 'images' })], { reads, resumedSince: readAt });
    expect(resumed.asked).toEqual([[head, ['images']]]);
    expect(resumed.outcome).toMatchObject({ rest: { since: THIRD, until: THIRD } });
    // Days that may still change are read again by any other run.
    expect((await collect([page([FIRST])], { reads })).asked).toEqual([[SPAN, ENDPOINTS]]);
  });

  it('tells from which day on a report goes back, and leaves older days alone', async () => {
    const { answers, events, outcome } = await collect([page([SECOND], { since: SECOND })]);
    expect(answers).toEqual([{ endpoint: 'completions', days: [SECOND, THIRD], refused: [FIRST] }]);
    expect(events).toEqual([{ type: 'narrowed', endpoint: 'completions', since: SECOND }]);
    const none = await collect([page([], { since: null })]);
    expect(none.answers).toEqual([{ endpoint: 'completions', days: [], refused: [FIRST, SECOND, THIRD] }]);
    expect(none.events).toEqual([{ type: 'narrowed', endpoint: 'completions', since: '2026-03-01' }]);
    for (const each of [outcome, none.outcome]) expect(each).not.toBeInstanceOf(Error);
  });

  it('is stored where one report does not exist, which is told once', async () => {
    const { outcome, answers, events } = await collect([
      page([], { unread: refusal(true), end: null }),
      page([FIRST], { endpoint: 'images' }),
    ]);
    expect(outcome).toMatchObject({ rows: 1 });
    expect(answers).toMatchObject([{ days: [], refused: [FIRST, SECOND, THIRD] }, { endpoint: 'images' }]);
    expect(events).toEqual([{ type: 'missing', endpoint: 'completions' }]);
    const reads = [{ endpoint: 'completions', day: FIRST, readAt: new Date('2026-03-01T12:00:00Z'), refused: true }];
    const again = [page([], { unread: refusal(true), end: null })];
    expect((await collect(again, { reads })).events).toEqual([]);
    // Known is that this report does not exist: no other, and no reads of it that were answered.
    const [read] = reads.map((each) => ({ ...each, readAt: LATER }));
    for (const other of [{ endpoint: 'images' }, { refused: false }])
      expect((await collect(again, { reads: read === undefined ? [] : [{ ...read, ...other }] })).events).toHaveLength(
        1,
      );
  });

  it('is stored where one report is refused, and fails naming it and why; it may be allowed tomorrow', async () => {
    const { outcome, answers, events } = await collect([
      page([FIRST], { endpoint: 'images' }),
      page([], { unread: refusal(false), end: null }),
    ]);
    expect(outcome).toMatchObject({
      rows: 1,
      unread: {
        span: SPAN,
        error: {
          // Of one report: what is wrong with the organization would end its other windows, too.
          ...{ code: 'forbidden', hint: 'Add it.', keyProblem: undefined },
          message: "OpenAI's usage of completions was not read, the rest is stored. No scope.",
        },
      },
    });
    expect(answers).toMatchObject([{ endpoint: 'images' }, { endpoint: 'completions', days: [], refused: [] }]);
    expect(events).toEqual([]);
    const gone = refusal(false, new CostsError('unreachable', 'No way.'));
    expect((await collect([page([], { unread: gone, end: null })])).outcome).toMatchObject({
      unread: { error: { code: 'contract' } },
    });
  });

  it('fails where a report promised more and said nothing of a day that is over; today may have nothing yet', async () => {
    const silent = [page([FIRST], { endpoint: 'images' }), page([], { end: 'early' })];
    const { outcome, write } = await collect(silent);
    expect(outcome).toMatchObject({
      code: 'contract',
      message: expect.stringContaining('usage of completions') as string,
    });
    expect(write?.lines).toHaveLength(1);
    const during = new Date(endOfDay(FIRST).getTime() - 1);
    expect((await collect(silent, { now: during })).outcome).toMatchObject({ rows: 1 });
    expect((await collect(silent, { now: endOfDay(FIRST) })).outcome).toMatchObject({ code: 'contract' });
  });

  it('is not asked for after the end of the run, nor of a provider that reports none', async () => {
    const ended = await collect([page([FIRST])], { signal: AbortSignal.abort() });
    expect([ended.outcome, ended.write]).toMatchObject([{ code: 'interrupted' }, undefined]);
    const without = await collect(null);
    expect([without.outcome, without.write]).toMatchObject([{ code: 'contract' }, undefined]);
  });
});

describe('the clock of a provider', () => {
  const AT = new Date('2026-03-01T00:10:00Z');
  const answer = (date: Date | null): WireEvent => ({
    ...{ type: 'request', method: 'GET', url: '', status: 200, milliseconds: 1, date },
  });
  const behindOf = (...dates: (Date | null)[]) => {
    const told: WireEvent[] = [];
    const observe = (event: WireEvent) => told.push(event);
    const { call, behind } = listenToClock({ observe } as unknown as WindowWork['call']);
    for (const date of dates) call.observe(answer(date));
    call.observe({ type: 'missing', endpoint: 'x' });
    expect(told).toHaveLength(dates.length + 1);
    return behind(AT);
  };
  const before = (milliseconds: number) => new Date(AT.getTime() - milliseconds);

  it('counts where it is more than a minute behind, at the earliest that it said', () => {
    expect(behindOf(before(60_001))).toEqual(before(60_001));
    expect(behindOf(before(5), before(90_000), null, before(70_000))).toEqual(before(90_000));
  });

  it('is told where it is days behind and some of the days had not ended, for usage as well', async () => {
    const told = async (milliseconds: number, now = LATER) => {
      const date = new Date(now.getTime() - milliseconds);
      const { events } = await collect(
        (call) => {
          call.observe(answer(date));
          return [page([FIRST])];
        },
        { now },
      );
      return events.flatMap((event) => (event.type === 'missing' ? event.endpoint : []));
    };
    const of = async (...terms: Parameters<typeof told>) => (await told(...terms)).length;
    const end = LATER.getTime() - endOfDay(THIRD).getTime();
    expect([await of(end - 1), await of(end), await of(end + 1)]).toEqual([0, 0, 1]);
    expect(await told(end + 1)).toEqual([expect.stringContaining('(to OpenAI it is still 28 Feb')]);
    // Less than a day apart is about when a day ends, and where the first day goes on nothing is half read.
    const [A_DAY, soon] = [86_400_000, new Date(endOfDay(THIRD).getTime() + 3_600_000)];
    expect([await of(A_DAY - 1, soon), await of(A_DAY, soon)]).toEqual([0, 1]);
    const during = endOfDay(FIRST);
    expect([await of(A_DAY, new Date(during.getTime() - 1)), await of(A_DAY, during)]).toEqual([0, 1]);
  });

  it('does not where both agree, it is ahead, or nothing is said', () => {
    for (const dates of [[before(60_000)], [before(-90_000)], [null], []]) expect(behindOf(...dates)).toBeNull();
  });
});
