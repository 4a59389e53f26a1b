import { describe, expect, it } from 'vitest';
import { parseDay, type Day } from '../../src/domain/day.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import { worldRow, type WorldRow } from '../../src/emulator/world.js';
import { anOrganization, NOON, openEmulator } from '../helpers/emulator.js';
import { ask, unix, type Asked } from '../helpers/ask.js';

const ORGANIZATION = 'org-test';
const BOTH = 'group_by[]=project_id&group_by[]=line_item';

async function openWith(
  days: Record<string, WorldRow[]>,
  options: Partial<Parameters<typeof openEmulator>[0]> = {},
): Promise<Emulator> {
  const organization = anOrganization({
    provider: 'openai',
    id: ORGANIZATION,
    name: 'Acme',
    projects: [{ id: 'proj_a', name: 'Search', createdAt: new Date(0), archivedAt: null }],
    days: new Map(Object.entries(days).map(([day, rows]): [Day, WorldRow[]] => [parseDay(day), rows])),
  });
  return openEmulator({ world: { organizations: [organization] }, ...options });
}

function costs(emulator: Emulator, query: string): Promise<Asked> {
  return ask(emulator, ORGANIZATION, `/v1/organization/costs?${query}`);
}

function results(asked: Asked, bucket = 0): Record<string, unknown>[] {
  return asked.json.data[bucket]?.results ?? [];
}

describe('the amounts of GET /v1/organization/costs', () => {
  it.each(['0.06', '2.5945e-3', '0.10', '-12.5', '12345678901234567890', '"0.1739150000000000000000000000"'])(
    'are written as the world has them: %s',
    async (amount) => {
      const emulator = await openWith({
        '2026-11-01': [worldRow({ projectId: 'proj_a', lineItem: 'gpt-5, input', amount })],
      });
      const { text } = await costs(emulator, `start_time=${unix('2026-11-01')}&${BOTH}`);
      expect(text).toContain(`"amount":{"value":${amount},"currency":"usd"}`);
    },
  );

  it('are added up exactly, per currency, when nothing is grouped', async () => {
    const emulator = await openWith({
      '2026-11-01': [
        worldRow({ lineItem: 'a', amount: '0.1' }),
        worldRow({ lineItem: 'b', amount: '"0.2000000000000000000000000001"' }),
        worldRow({ lineItem: 'b', amount: '7', currency: 'eur' }),
      ],
    });
    const asked = await costs(emulator, `start_time=${unix('2026-11-01')}&limit=1`);
    expect(asked.text).toContain('"value":0.3000000000000000000000000001,"currency":"usd"');
    expect(asked.text).toContain('"value":7,"currency":"eur"');
    expect(results(asked)).toHaveLength(2);
  });

  it('can be rounded sums, as the provider is said to make them', async () => {
    const rows = [worldRow({ lineItem: 'a', amount: '0.00000049' }), worldRow({ lineItem: 'b', amount: '0.00000002' })];
    const emulator = await openWith({ '2026-11-01': rows }, { quirks: { sumDecimals: 6 } });
    expect((await costs(emulator, `start_time=${unix('2026-11-01')}&limit=1`)).text).toContain('"value":0.000001,');
  });
});

describe('the rows of GET /v1/organization/costs', () => {
  const rows = [
    worldRow({ projectId: 'proj_a', lineItem: 'gpt-5, input', amount: '1', quantity: '10', quantityUnit: 'tokens' }),
    worldRow({ projectId: 'proj_a', lineItem: 'gpt-5, input', amount: '1', quantity: '10', quantityUnit: 'tokens' }),
    worldRow({ projectId: 'proj_a', lineItem: 'Image models', amount: '2', quantity: '3', quantityUnit: 'images' }),
    worldRow({ amount: '4' }),
  ];

  it('come twice where the bill has them twice, and null where it names no project', async () => {
    const emulator = await openWith({ '2026-11-01': rows });
    const asked = await costs(emulator, `start_time=${unix('2026-11-01')}&${BOTH}`);
    expect(results(asked).map(({ line_item }) => line_item)).toEqual([
      'gpt-5, input',
      'gpt-5, input',
      'Image models',
      null,
    ]);
    expect(results(asked).at(-1)).toMatchObject({ project_id: null, quantity: null, quantity_unit: null });
  });

  it('carry only the dimensions that were asked for', async () => {
    const emulator = await openWith({ '2026-11-01': rows });
    const asked = await costs(emulator, `start_time=${unix('2026-11-01')}&group_by[]=project_id`);
    expect(results(asked)).toMatchObject([
      { project_id: 'proj_a', line_item: null, quantity: null, amount: { value: 4 } },
      { project_id: null, line_item: null, quantity: null, amount: { value: 4 } },
    ]);
  });

  it.each([BOTH, 'group_by=project_id&group_by=line_item', 'group_by=project_id,line_item'])(
    'are grouped the same by brackets, repeats and commas: %s',
    async (groupBy) => {
      const emulator = await openWith({ '2026-11-01': rows });
      const plain = await costs(emulator, `start_time=${unix('2026-11-01')}&${BOTH}&limit=1`);
      const asked = await costs(emulator, `start_time=${unix('2026-11-01')}&${groupBy}&limit=1`);
      expect(asked.json.data).toEqual(plain.json.data);
    },
  );

  it('are filtered by project and by the full name of the line item', async () => {
    const emulator = await openWith({ '2026-11-01': rows });
    const since = `start_time=${unix('2026-11-01')}`;
    const byItem = await costs(emulator, `${since}&${BOTH}&line_items[]=${encodeURIComponent('gpt-5, input')}`);
    expect(results(byItem)).toHaveLength(2);
    const byProject = await costs(emulator, `${since}&${BOTH}&project_ids[]=proj_a`);
    expect(results(byProject)).toHaveLength(3);
  });

  it('carry the undocumented fields only when that is switched on', async () => {
    const off = await openWith({ '2026-11-01': rows });
    const on = await openWith({ '2026-11-01': rows }, { quirks: { undocumentedFields: true } });
    const query = `start_time=${unix('2026-11-01')}&${BOTH}`;
    expect(results(await costs(off, query))[0]).not.toHaveProperty('organization_id');
    expect(results(await costs(on, query))[0]).toMatchObject({
      project_name: 'Search',
      organization_id: ORGANIZATION,
      organization_name: 'Acme',
    });
  });
});

describe('the buckets of GET /v1/organization/costs', () => {
  it('are there when nothing was charged', async () => {
    const emulator = await openWith({});
    const asked = await costs(emulator, `start_time=${unix('2026-11-01')}&end_time=${unix('2026-11-03')}`);
    expect(asked.json).toMatchObject({
      object: 'page',
      data: [
        { object: 'bucket', start_time: unix('2026-11-01'), end_time: unix('2026-11-02'), results: [] },
        { object: 'bucket', start_time: unix('2026-11-02'), end_time: unix('2026-11-03'), results: [] },
      ],
      has_more: false,
      next_page: null,
    });
  });

  it('begin with a partial one when the start is in the middle of a day', async () => {
    const emulator = await openWith({
      '2026-11-01': [worldRow({ amount: '1', hour: 3 }), worldRow({ amount: '2', hour: 18 })],
    });
    const start = unix('2026-11-01') + 17 * 3600;
    const asked = await costs(emulator, `start_time=${start}&limit=2&${BOTH}`);
    expect(asked.json.data[0]).toMatchObject({ start_time: start, end_time: unix('2026-11-02') });
    expect(results(asked)).toMatchObject([{ amount: { value: 2 } }]);
    expect(asked.json.data[1]).toMatchObject({ start_time: unix('2026-11-02'), end_time: unix('2026-11-03') });
  });

  it('end with today, which fills up as the day goes on', async () => {
    let now = NOON;
    const rows = [worldRow({ amount: '1', hour: 3 }), worldRow({ amount: '2', hour: 18 })];
    const emulator = await openWith({ '2026-11-23': rows }, { now: () => now });
    const query = `start_time=${unix('2026-11-22')}&end_time=${unix('2026-12-01')}`;
    const atNoon = await costs(emulator, query);
    expect(atNoon.json.data).toHaveLength(2);
    expect(results(atNoon, 1)).toMatchObject([{ amount: { value: 1 } }]);
    now = new Date('2026-11-23T19:00:00Z');
    expect(results(await costs(emulator, query), 1)).toMatchObject([{ amount: { value: 3 } }]);
  });
});

describe('the pages of GET /v1/organization/costs', () => {
  const since = `start_time=${unix('2026-01-01')}&end_time=${unix('2026-03-01')}`;

  it.each([
    ['', 7],
    ['&limit=1', 1],
    ['&limit=31', 31],
    ['&limit=32', 31],
    ['&limit=180', 31],
  ])('hold with "%s" %i buckets', async (limit, buckets) => {
    const asked = await costs(await openWith({}), since + limit);
    expect(asked.json.data).toHaveLength(buckets);
    expect(asked.json.has_more).toBe(true);
  });

  it('follow one another without a gap until has_more is false', async () => {
    const emulator = await openWith({});
    const starts: number[] = [];
    let page = '';
    do {
      const { json } = await costs(emulator, `${since}&limit=31${page}`);
      starts.push(...json.data.map((bucket) => bucket.start_time));
      page = json.has_more ? `&page=${encodeURIComponent(json.next_page ?? '')}` : '';
    } while (page !== '');
    expect(starts).toEqual(Array.from({ length: 59 }, (_, index) => unix('2026-01-01') + index * 86_400));
  });

  it('have a cursor of the published shape, which works for its exact query only', async () => {
    const emulator = await openWith({});
    const { json } = await costs(emulator, since);
    const cursor = json.next_page ?? '';
    expect(cursor).toMatch(/^page_[A-Za-z0-9+/]{27}=$/);
    const page = `page=${encodeURIComponent(cursor)}`;
    expect((await costs(emulator, `${since}&${page}`)).status).toBe(200);
    expect((await costs(emulator, `${since}&limit=8&${page}`)).status).toBe(400);
    expect((await costs(emulator, `${since}&group_by[]=line_item&${page}`)).status).toBe(400);
    expect((await costs(emulator, `${since}&page=page_nonsense`)).json.error).toMatchObject({ param: 'page' });
  });

  it('promise one page past the last when that is switched on, once or for ever', async () => {
    const emulator = await openWith({}, { quirks: { cursorPastEnd: 'once' } });
    const query = `start_time=${unix('2026-11-01')}&end_time=${unix('2026-11-03')}`;
    const last = await costs(emulator, query);
    expect(last.json).toMatchObject({ has_more: true });
    const beyond = `${query}&page=${encodeURIComponent(last.json.next_page ?? '')}`;
    expect((await costs(emulator, beyond)).json).toMatchObject({ data: [], has_more: false, next_page: null });
    emulator.quirks.cursorPastEnd = 'forever';
    const more = (await costs(emulator, beyond)).json;
    expect(more).toMatchObject({ data: [], has_more: true });
    expect(more.next_page).not.toBe(last.json.next_page);
  });
});

describe('GET /v1/organization/costs refuses', () => {
  it.each([
    ['no start', '', 'start_time'],
    ['a start that is no number', 'start_time=yesterday', 'start_time'],
    ['an end before the start', `start_time=${unix('2026-11-02')}&end_time=${unix('2026-11-01')}`, 'end_time'],
    ['hours', `start_time=${unix('2026-11-01')}&bucket_width=1h`, 'bucket_width'],
    ['a limit of 366', `start_time=${unix('2026-11-01')}&limit=366`, 'limit'],
    ['a limit of 0', `start_time=${unix('2026-11-01')}&limit=0`, 'limit'],
    ['an unknown grouping', `start_time=${unix('2026-11-01')}&group_by[]=model`, 'group_by'],
    [
      'user_id beside project_id',
      `start_time=${unix('2026-11-01')}&group_by[]=user_id&group_by[]=project_id`,
      'group_by',
    ],
    ['grouping by key before December 2025', `start_time=${unix('2025-12-05')}&group_by[]=api_key_id`, 'start_time'],
  ])('%s', async (_, query, param) => {
    const asked = await costs(await openWith({}), query);
    expect(asked.status).toBe(400);
    expect(asked.json.error).toMatchObject({ type: 'invalid_request_error', param });
    expect(asked.json.error).toHaveProperty('code');
  });

  it('names the only width, and the largest limit', async () => {
    const emulator = await openWith({});
    const since = `start_time=${unix('2026-11-01')}`;
    expect((await costs(emulator, `${since}&bucket_width=1h`)).json.error.message).toContain("'1d'");
    expect((await costs(emulator, `${since}&limit=366`)).json.error.message).toBe(
      'Invalid limit provided: 366. Limit must be less than or equal to 180.',
    );
  });

  it('but groups by key from 6 December 2025 on', async () => {
    const emulator = await openWith({ '2025-12-06': [worldRow({ amount: '1', apiKeyId: 'key_a' })] });
    const asked = await costs(emulator, `start_time=${unix('2025-12-06')}&group_by[]=api_key_id`);
    expect(results(asked)).toMatchObject([{ api_key_id: 'key_a' }]);
  });
});
