import { expect, it } from 'vitest';
import { addDays, toDay } from '../../src/domain/day.js';
import { worldRow } from '../../src/emulator/world.js';
import { followList } from '../../src/providers/lists.js';
import { NOON } from '../helpers/emulator.js';
import { openProvider } from '../helpers/provider.js';

const project = (id: string) => ({ id, name: id, archivedAt: null });

it.each([
  [1_000, ''],
  [1, ''],
  [1, 'n'.repeat(1_000_000)],
])('a list that never ends is given up, without growing for ever: %i a page', async (length, name) => {
  let page = 0;
  const endless = () => {
    page += 1;
    const projects = Array.from({ length }, (_, index) => ({ ...project(`p-${page}-${index}`), name }));
    return Promise.resolve({ items: projects, hasMore: true, after: `p-${page}` });
  };
  await expect(followList('Moonshine', 'craters', endless)).rejects.toMatchObject({ code: 'contract' });
  expect(page).toBeLessThan(length === 1 && name === '' ? 3_000 : 200);
});

it.each([
  ['breaks off', null, 'contract'],
  ['goes nowhere', 'a', 'contract'],
  ['goes on behind it', 'b', undefined],
])('an empty page that promises more is no end: the list %s', async (_, after, code) => {
  const pages = new Map([
    [null, { items: [project('a')], hasMore: true, after: 'a' }],
    ['a', { items: [], hasMore: true, after }],
    ['b', { items: [project('c')], hasMore: false, after: 'c' }],
  ]);
  const listed = followList('Moonshine', 'craters', (asked) => Promise.resolve(pages.get(asked) ?? expect.fail()));
  const outcome = await listed.then(
    (items) => items.map(({ id }) => id),
    (error: unknown) => error,
  );
  expect(outcome).toMatchObject(code === undefined ? ['a', 'c'] : { code });
});

it('a project that moves to another page while the list is read is one', async () => {
  const pages = [
    ['a', 'b'],
    ['b', 'c'],
  ];
  const listed = await followList('Moonshine', 'craters', (after) => {
    const ids = pages[after === null ? 0 : 1] ?? [];
    return Promise.resolve({ items: ids.map(project), hasMore: after === null, after: ids.at(-1) ?? null });
  });
  expect(listed.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

it.each(['openrouter', 'github', 'cursor'] as const)(
  'an answer of %s that comes in several has no more rows than it may have',
  async (id) => {
    const day = addDays(toDay(NOON), -1);
    const rows = ['one', 'two'].map((lineItem) => worldRow({ lineItem, projectId: lineItem, amount: '1' }));
    const projects = rows.map(({ lineItem }) => ({ id: `${lineItem}`, name: '', createdAt: NOON, archivedAt: null }));
    const { provider, call } = await openProvider({ provider: id, projects, days: new Map([[day, rows]]) });
    const read = (mostRows: number) => provider.fetchCosts({ ...call, mostRows }, { since: day, until: day }).next();
    await expect(read(4)).resolves.toMatchObject({ done: false });
    await expect(read(1)).rejects.toMatchObject({ code: 'too-large' });
  },
);
