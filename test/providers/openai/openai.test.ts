import { describe, expect, it } from 'vitest';
import { addDays, startOfDay, toDay } from '../../../src/domain/day.js';
import type { WireEvent } from '../../../src/domain/provider.js';
import { NOON } from '../../helpers/emulator.js';
import { openProvider } from '../../helpers/provider.js';

const yesterday = addDays(toDay(NOON), -1);
const span = { since: yesterday, until: yesterday };

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

  it('takes a key that reads bills, though the list of projects is not given to the organization', async () => {
    const { emulator, provider, call } = await openProvider({ provider: 'openai' });
    emulator.addFault({ fault: { kind: 'odd', answer: 'plan' }, match: { path: '/organization/projects' } });
    expect(await provider.identify(call)).toMatchObject({ canListProjects: false });
  });
});
