import { describe, expect, it } from 'vitest';
import { addDays, startOfDay, toDay } from '../../../src/domain/day.js';
import type { WireEvent } from '../../../src/domain/provider.js';
import { NOON } from '../../helpers/emulator.js';
import { openProvider } from '../../helpers/provider.js';

const yesterday = addDays(toDay(NOON), -1);
const span = { since: yesterday, until: yesterday };

async function all<Page>(pages: AsyncIterable<Page> | undefined): Promise<Page[]> {
  const read: Page[] = [];
  for await (const page of pages ?? []) read.push(page);
  return read;
}

describe('OpenAI', () => {
  it('reads no usage of another organization than is asked for, and tells a field that is new in a page of it', async () => {
    const events: WireEvent[] = [];
    const dimensions = { project_id: 'proj_1', model: 'gpt-5' };
    const measures = { input_tokens: '5', output_tokens: '0', num_model_requests: '1' };
    const { emulator, provider, call } = await openProvider(
      {
        provider: 'openai',
        usage: [{ at: startOfDay(yesterday), endpoint: 'completions', dimensions, measures }],
      },
      { observe: (event) => events.push(event) },
    );
    const read = async () => {
      let count = 0;
      for await (const { lines } of provider.usage?.fetchUsage(call, span, '1d', ['completions']) ?? [])
        count += lines.length;
      return count;
    };
    const row = '"object":"organization.usage.completions.result"';
    const say = (id: string) =>
      emulator.failNext({ kind: 'rewrite', from: row, to: `${row},"organization_id":"${id}"` });
    say('org-1');
    expect(await read()).toBe(2);
    say('');
    expect(await read()).toBe(2);
    say('org-2');
    await expect(read()).rejects.toMatchObject({
      code: 'conflict',
      message: 'The key of org-1 reads another organization: org-2 instead of org-1.',
    });
    emulator.failNext({ kind: 'rewrite', from: '"object":"page"', to: '"object":"page","brand_new":1' });
    await read();
    expect(events.filter(({ type }) => type === 'drift')).toEqual([
      { type: 'drift', path: 'usage/completions.brand_new', value: 'number' },
    ]);
  });

  it('begins with the first day that is told still, and asks for nothing before it', async () => {
    const { emulator, provider, call } = await openProvider({ provider: 'openai' });
    emulator.quirks.costsLookback = 10;
    const first = addDays(toDay(NOON), -10);
    const read = async (since: number, until: number) => {
      emulator.requests.length = 0;
      const asked = { since: addDays(first, since), until: addDays(first, until) };
      const pages = await all(provider.fetchCosts(call, asked));
      const days = pages.flatMap(({ buckets }) => buckets.map(({ start }) => toDay(start)));
      return { days, since: pages.at(-1)?.since, end: pages.at(-1)?.end, requests: emulator.requests.length };
    };
    expect(await read(-3, 1)).toEqual({ days: [first, addDays(first, 1)], since: first, end: 'complete', requests: 2 });
    expect(await read(-9, -1)).toEqual({ days: [], since: first, end: 'complete', requests: 1 });
    expect(await read(0, 0)).toEqual({ days: [first], since: undefined, end: 'complete', requests: 1 });
  });

  it('writes the token of a page as it was told, and asks by itself for the days behind one that is refused', async () => {
    const { emulator, provider, call } = await openProvider({ provider: 'openai' });
    const { quirks } = emulator;
    Object.assign(quirks, { daysPerPage: 2, cursorPastEnd: 'once' });
    const asked = { since: addDays(yesterday, -4), until: yesterday };
    const text = '{"error":{"message":"The page token is invalid, have you modified the query parameters?"}}';
    emulator.failNext({ kind: 'body', status: 400, text }, 1, { hasCursor: true });
    const read = async () => {
      const pages = await all(provider.fetchCosts(call, asked));
      return [pages.flatMap(({ buckets }) => buckets).length, pages.at(-1)?.end];
    };
    expect(await read()).toEqual([5, 'complete']);
    expect(emulator.requests.filter(({ query }) => /[?&]page=page_[^&]*=(?:&|$)/.test(query))).not.toEqual([]);
    quirks.daysPerPage = null;
    emulator.failNext({ kind: 'body', status: 400, text }, 1, { hasCursor: true });
    expect(await read()).toEqual([5, 'complete']);
  });

  it('reads the other reports of usage where one does not take the question', async () => {
    const { emulator, provider, call } = await openProvider({ provider: 'openai' });
    const text = `{"error":{"message":"Invalid value: 'context_level'."}}`;
    emulator.addFault({ fault: { kind: 'body', status: 400, text }, match: { path: '/usage/web_search_calls' } });
    const pages = await all(provider.usage?.fetchUsage(call, span, '1d'));
    const isRead = pages.map(({ endpoint, unread }) => [endpoint, unread?.missing]);
    expect(isRead.filter(([, missing]) => missing !== undefined)).toEqual([['web_search_calls', false]]);
    expect(isRead).toHaveLength(provider.usage?.endpoints.length ?? 0);
  });

  it('reads the other reports of usage where one is down, and gives up where two are', async () => {
    const { emulator, provider, call } = await openProvider({ provider: 'openai' });
    const breakDown = (name: string) =>
      emulator.addFault({ fault: { kind: 'status', status: 500 }, match: { path: `/usage/${name}` } });
    breakDown('images');
    const pages = await all(provider.usage?.fetchUsage(call, span, '1d'));
    expect(pages.flatMap(({ endpoint, unread }) => (unread === undefined ? [] : [endpoint, unread.missing]))).toEqual([
      'images',
      false,
    ]);
    breakDown('embeddings');
    await expect(all(provider.usage?.fetchUsage(call, span, '1d'))).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('takes a key that reads bills, though the list of projects is not given to the organization', async () => {
    const { emulator, provider, call } = await openProvider({ provider: 'openai' });
    emulator.addFault({ fault: { kind: 'odd', answer: 'plan' }, match: { path: '/organization/projects' } });
    expect(await provider.identify(call)).toMatchObject({ canListProjects: false });
  });
});
