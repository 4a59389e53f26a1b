import { LosslessNumber } from 'lossless-json';
import { expect, it } from 'vitest';
import { parseDay } from '../../../src/domain/day.js';
import { Secret } from '../../../src/domain/secret.js';
import { createAnthropicUsage } from '../../../src/providers/anthropic/usage.js';
import type { WireEvent } from '../../../src/domain/provider.js';
import { openProvider } from '../../helpers/provider.js';

type Get = Parameters<typeof createAnthropicUsage>[0];

const DAY = parseDay('2026-01-05');
/** With six counts each: more than a call of a function takes arguments. */
const RESULTS = 30_000;

it('usage in fast mode of very many workspaces is read like any other', { tags: ['story'] }, async () => {
  const one = new LosslessNumber('1');
  const results = Array.from({ length: RESULTS }, (_, index) => ({
    ...{ uncached_input_tokens: one, output_tokens: one, cache_read_input_tokens: one },
    cache_creation: { ephemeral_1h_input_tokens: one, ephemeral_5m_input_tokens: one },
    server_tool_use: { web_search_requests: one },
    ...{ workspace_id: `wrkspc_${index}`, model: 'claude', service_tier: 'standard' },
    ...{ context_window: '0-200k', inference_geo: 'global' },
  }));
  const bucket = { starting_at: `${DAY}T00:00:00Z`, ending_at: '2026-01-06T00:00:00Z' };
  const get: Get = (_call, _path, _parameters, { readRow }) => {
    const rows = results.map((row, index) => readRow(row, `data[0].results[${index}]`));
    return Promise.resolve({ data: [{ ...bucket, results: rows }], has_more: false, next_page: null });
  };
  const usage = createAnthropicUsage(get, () => false);
  const call = { key: new Secret('sk-ant-admin01-x'), signal: new AbortController().signal, observe: () => undefined };
  let lines = 0;
  for await (const page of usage.fetchUsage(call, { since: DAY, until: DAY }, '1d')) {
    lines += page.lines.length;
    expect(new Set(page.lines.map(({ serviceTier }) => serviceTier)).size).toBe(1);
  }
  expect(lines).toBe(RESULTS * 6);
});

it('usage is read as a whole where the organization may not ask by speed, and a field that is new in it is told', async () => {
  const events: WireEvent[] = [];
  const { emulator, provider, call } = await openProvider(
    { provider: 'anthropic' },
    { observe: (event) => events.push(event) },
  );
  emulator.failNext({ kind: 'odd', answer: 'plan' });
  emulator.addFault({ fault: { kind: 'rewrite', from: '"results":', to: '"brand_new":1,"results":' } });
  for await (const page of provider.usage?.fetchUsage(call, { since: DAY, until: DAY }, '1d') ?? [])
    expect(page.end).toBe('complete');
  expect(events.filter(({ type }) => type === 'missing' || type === 'drift')).toEqual([
    { type: 'missing', endpoint: 'messages by speed' },
    { type: 'drift', path: 'usage_report data[].brand_new', value: 'number' },
  ]);
});
