import { describe, expect, it } from 'vitest';
import { parseDay, type Day } from '../../src/domain/day.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import { worldRow, type AnthropicDimensions, type WorldRow } from '../../src/emulator/world.js';
import { ask, type Asked } from '../helpers/ask.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';

const ORGANIZATION = 'b7c1f0aa-0000-4000-8000-000000000001';
const BOTH = 'group_by[]=workspace_id&group_by[]=description';
const FIRST = 'starting_at=2026-11-01T00:00:00Z&ending_at=2026-11-02T00:00:00Z';

const DIMENSIONS: AnthropicDimensions = {
  costType: 'tokens',
  model: 'claude-sonnet-4-5',
  tokenType: 'output_tokens',
  contextWindow: '0-200k',
  serviceTier: 'standard',
  inferenceGeo: 'global',
};

function row(amount: string, rest: Partial<WorldRow> = {}): WorldRow {
  return worldRow({ amount: `"${amount}"`, lineItem: 'Claude Sonnet 4.5 Usage', dimensions: DIMENSIONS, ...rest });
}

function openWith(days: Record<string, WorldRow[]>): Promise<Emulator> {
  const organization = anOrganization({
    provider: 'anthropic',
    id: ORGANIZATION,
    days: new Map(Object.entries(days).map(([day, rows]): [Day, WorldRow[]] => [parseDay(day), rows])),
  });
  return openEmulator({ world: { organizations: [organization] } });
}

function report(emulator: Emulator, query: string): Promise<Asked> {
  return ask(emulator, ORGANIZATION, `/v1/organizations/cost_report?${query}`);
}

describe('the rows of GET /v1/organizations/cost_report', () => {
  it('carry their amount as the string of cents the world has', async () => {
    const emulator = await openWith({ '2026-11-01': [row('41280.000000')] });
    expect((await report(emulator, `${FIRST}&${BOTH}`)).text).toContain('"currency":"USD","amount":"41280.000000"');
  });

  it('repeat a description for each context window, tier and geography', async () => {
    const emulator = await openWith({
      '2026-11-01': [
        row('1'),
        row('2', { dimensions: { ...DIMENSIONS, contextWindow: '200k-1M' } }),
        row('3', { dimensions: { ...DIMENSIONS, serviceTier: 'batch' } }),
        row('4', { dimensions: { ...DIMENSIONS, inferenceGeo: 'us' } }),
      ],
    });
    const { json } = await report(emulator, `${FIRST}&${BOTH}`);
    expect(json.data[0]?.results.map(({ description, amount }) => [description, amount])).toEqual(
      ['1', '2', '3', '4'].map((amount) => ['Claude Sonnet 4.5 Usage', amount]),
    );
    expect(json.data[0]?.results[2]).toMatchObject({
      service_tier: 'batch',
      context_window: '0-200k',
      inference_geo: 'global',
      token_type: 'output_tokens',
      cost_type: 'tokens',
      model: 'claude-sonnet-4-5',
    });
  });

  it('say null for the default workspace and for what was not asked', async () => {
    const emulator = await openWith({
      '2026-11-01': [row('1.5', { projectId: 'wrkspc_a' }), row('0.25'), row('0.25')],
    });
    const grouped = await report(emulator, `${FIRST}&group_by[]=workspace_id`);
    expect(grouped.json.data[0]?.results).toMatchObject([
      { workspace_id: 'wrkspc_a', description: null, model: null, amount: '1.5' },
      { workspace_id: null, description: null, context_window: null, amount: '0.5' },
    ]);
    const described = await report(emulator, `${FIRST}&group_by[]=description`);
    expect(described.json.data[0]?.results).toMatchObject([{ workspace_id: null, amount: '2' }]);
    const total = await report(emulator, FIRST);
    expect(total.json.data[0]?.results).toMatchObject([{ workspace_id: null, description: null, amount: '2' }]);
  });

  it('are not grouped by a parameter without brackets', async () => {
    const emulator = await openWith({ '2026-11-01': [row('1'), row('1', { projectId: 'wrkspc_a' })] });
    expect((await report(emulator, `${FIRST}&group_by=workspace_id`)).json.data[0]?.results).toHaveLength(1);
  });
});

describe('the buckets of GET /v1/organizations/cost_report', () => {
  it('are whole days that lie inside the range, empty ones included', async () => {
    const emulator = await openWith({});
    const { json } = await report(emulator, 'starting_at=2026-11-01T10:00:00Z&ending_at=2026-11-04T10:00:00%2B02:00');
    expect(json.data).toEqual([
      { starting_at: '2026-11-02T00:00:00Z', ending_at: '2026-11-03T00:00:00Z', results: [] },
      { starting_at: '2026-11-03T00:00:00Z', ending_at: '2026-11-04T00:00:00Z', results: [] },
    ]);
  });

  it('follow one another over pages whose cursor is the next start and belongs to its query', async () => {
    const emulator = await openWith({});
    const query = 'starting_at=2026-09-01T00:00:00Z&ending_at=2026-10-10T00:00:00Z&limit=31';
    const first = await report(emulator, query);
    expect(first.json.data).toHaveLength(31);
    expect(first.json.next_page).toBe('page_MjAyNi0xMC0wMlQwMDowMDowMFo=');
    const page = `page=${encodeURIComponent(first.json.next_page ?? '')}`;
    const second = await report(emulator, `${query}&${page}`);
    expect(second.json).toMatchObject({ has_more: false, next_page: null });
    expect(second.json.data.map(({ starting_at }) => starting_at)[0]).toBe('2026-10-02T00:00:00Z');
    expect(second.json.data).toHaveLength(8);
    expect((await report(emulator, `${query}&${BOTH}&${page}`)).status).toBe(400);
  });

  it('are seven a page when no limit is given', async () => {
    const asked = await report(await openWith({}), 'starting_at=2026-11-01T00:00:00Z');
    expect(asked.json.data).toHaveLength(7);
  });
});

describe('GET /v1/organizations/cost_report refuses', () => {
  it.each([
    ['no start', '', 'starting_at: Field required'],
    ['a start that is not a valid time', 'starting_at=2026-11-01', 'starting_at'],
    [
      'a range without a full day',
      'starting_at=2026-11-22T12:00:00Z',
      'Invalid date range: ending date must be after starting date',
    ],
    ['hours', `${FIRST}&bucket_width=1h`, 'bucket_width'],
    ['a limit of 32', `${FIRST}&limit=32`, 'less than or equal to 31'],
    ['a limit of 0', `${FIRST}&limit=0`, 'greater than or equal to 1'],
    ['grouping by model', `${FIRST}&group_by[]=model`, 'group_by[]'],
  ])('%s', async (_, query, message) => {
    const asked = await report(await openWith({}), query);
    expect(asked.status).toBe(400);
    expect(asked.json).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    expect(asked.json.error.message).toContain(message);
  });
});
