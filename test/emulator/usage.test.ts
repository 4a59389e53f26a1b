import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import { generateUsage } from '../../src/emulator/generate-usage.js';
import type { WorldUsageRow } from '../../src/emulator/usage-world.js';
import { ask, unix } from '../helpers/ask.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';

const COMPLETIONS = '/v1/organization/usage/completions';
const MESSAGES = '/v1/organizations/usage_report/messages';

function openWith(openai: WorldUsageRow[], anthropic: WorldUsageRow[] = []): Promise<Emulator> {
  const organizations = [
    anOrganization({ provider: 'openai', id: 'org-a', usage: openai }),
    anOrganization({ provider: 'anthropic', id: 'org-b', usage: anthropic }),
  ];
  return openEmulator({ world: { organizations } });
}

function used(at: string, input: string, dimensions: WorldUsageRow['dimensions'] = {}): WorldUsageRow {
  return {
    at: new Date(at),
    endpoint: 'completions',
    dimensions,
    measures: { input_tokens: input, output_tokens: '1', num_model_requests: '1' },
  };
}

describe("OpenAI's usage reports", () => {
  it.each([
    ['1d', 7, 31],
    ['1h', 24, 168],
    ['1m', 60, 1440],
  ])('have %s buckets, %i unless asked and %i at most', async (width, usual, most) => {
    const emulator = await openWith([]);
    const start = `${COMPLETIONS}?start_time=${unix('2026-10-01')}&bucket_width=${width}`;
    expect((await ask(emulator, 'org-a', start)).json.data).toHaveLength(usual);
    expect((await ask(emulator, 'org-a', `${start}&limit=${most}`)).json.data).toHaveLength(most);
    const refused = await ask(emulator, 'org-a', `${start}&limit=${most + 1}`);
    expect(refused).toMatchObject({ status: 400, json: { error: { param: 'limit' } } });
  });

  it.each([
    ['completions', 'completions'],
    ['file_search_calls', 'file_searches'],
    ['web_search_calls', 'web_searches'],
    ['vector_stores', 'vector_stores'],
  ])('call the rows of %s organization.usage.%s.result', async (path, name) => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.usage = generateUsage(organization, {
      seed: 1,
      until: parseDay('2026-11-22'),
      days: 2,
      perDay: 1,
      models: ['gpt-5'],
    });
    const emulator = await openEmulator({ world: { organizations: [organization] } });
    const { json } = await ask(emulator, 'org-a', `/v1/organization/usage/${path}?start_time=${unix('2026-11-22')}`);
    expect(json.data[0]?.results).toMatchObject([{ object: `organization.usage.${name}.result`, project_id: null }]);
  });

  it('refuse a start that lies too far back, endpoint by endpoint', async () => {
    const emulator = await openWith([]);
    emulator.quirks.usageLookback = { completions: 30 };
    const asked = (path: string, day: string) => ask(emulator, 'org-a', `${path}?start_time=${unix(day)}`);
    expect(await asked(COMPLETIONS, '2026-10-23')).toMatchObject({
      status: 400,
      json: { error: { code: 'reporting_lookback_exceeded' } },
    });
    expect((await asked(COMPLETIONS, '2026-10-24')).status).toBe(200);
    expect((await asked('/v1/organization/usage/images', '2026-01-01')).status).toBe(200);
  });

  it('add up what is not grouped by, and keep what is filtered for', async () => {
    const emulator = await openWith([
      used('2026-11-20T05:00:00Z', '9007199254740993', { project_id: 'p', model: 'a', batch: false }),
      used('2026-11-20T05:30:00Z', '1', { project_id: 'p', model: 'b', batch: true }),
    ]);
    const results = async (query: string) =>
      (await ask(emulator, 'org-a', `${COMPLETIONS}?start_time=${unix('2026-11-20')}&limit=1${query}`)).text;
    expect(await results('')).toContain('"input_tokens":9007199254740994,');
    expect(await results('&group_by=model')).toContain('"input_tokens":9007199254740993,');
    expect(await results('&batch=true')).toContain('"input_tokens":1,');
    expect(await results('&bucket_width=1h')).toContain('"results":[]');
  });

  it('bind a cursor to its query', async () => {
    const emulator = await openWith([]);
    const query = `${COMPLETIONS}?start_time=${unix('2026-11-01')}&limit=3`;
    const { json } = await ask(emulator, 'org-a', query);
    const page = `&page=${encodeURIComponent(json.next_page ?? '')}`;
    expect((await ask(emulator, 'org-a', query + page)).json.data[0]?.start_time).toBe(unix('2026-11-04'));
    expect((await ask(emulator, 'org-a', `${query}&group_by=model${page}`)).status).toBe(400);
  });
});

describe("Anthropic's usage report", () => {
  const message = (at: string, dimensions: WorldUsageRow['dimensions']): WorldUsageRow => ({
    at: new Date(at),
    endpoint: 'messages',
    dimensions,
    measures: {
      uncached_input_tokens: '10',
      'cache_creation.ephemeral_5m_input_tokens': '3',
      output_tokens: '2',
      'server_tool_use.web_search_requests': '1',
    },
  });

  it('groups by five dimensions and refuses a sixth', async () => {
    const emulator = await openWith(
      [],
      [
        message('2026-11-20T05:00:00Z', { model: 'm', workspace_id: null }),
        message('2026-11-20T06:00:00Z', { model: 'm', workspace_id: 'w' }),
      ],
    );
    const groups = ['workspace_id', 'model', 'service_tier', 'context_window', 'inference_geo']
      .map((name) => `&group_by[]=${name}`)
      .join('');
    const query = `${MESSAGES}?starting_at=2026-11-20T00:00:00Z&limit=1${groups}`;
    const { json } = await ask(emulator, 'org-b', query);
    expect(json.data[0]?.results).toMatchObject([
      {
        workspace_id: null,
        model: 'm',
        uncached_input_tokens: 10,
        cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 3 },
      },
      { workspace_id: 'w', server_tool_use: { web_search_requests: 1 } },
    ]);
    const refused = await ask(emulator, 'org-b', `${query}&group_by[]=api_key_id`);
    expect(refused).toMatchObject({
      status: 400,
      json: { error: { message: 'Cannot specify more than 5 group_by[] dimensions.' } },
    });
  });

  it('pages by the hour and refuses more than 168 of them', async () => {
    const emulator = await openWith([], []);
    const query = `${MESSAGES}?starting_at=2026-11-01T00:00:00Z&bucket_width=1h`;
    const { json } = await ask(emulator, 'org-b', `${query}&limit=168`);
    expect(json.data).toHaveLength(168);
    expect(
      (await ask(emulator, 'org-b', `${query}&limit=168&page=${encodeURIComponent(json.next_page ?? '')}`)).json.data[0]
        ?.starting_at,
    ).toBe('2026-11-08T00:00:00Z');
    expect((await ask(emulator, 'org-b', `${query}&limit=169`)).status).toBe(400);
  });
});
