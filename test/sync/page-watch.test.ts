import { describe, expect, it } from 'vitest';
import type { CostPage } from '../../src/domain/provider.js';
import { CostsError } from '../../src/errors.js';
import { PageWatch } from '../../src/sync/page-watch.js';

const page = (days: number, end: CostPage['end'] = null) =>
  ({ buckets: Array.from({ length: days }), lines: [], end }) as unknown as CostPage;
const limit = new CostsError('unreachable', 'No more requests now.');

/** Pages, then an error where one is given. */
async function* answer(pages: readonly CostPage[], error?: Error): AsyncGenerator<CostPage> {
  for (const each of pages) yield await Promise.resolve(each);
  if (error !== undefined) throw error;
}

async function watched(pages: readonly CostPage[], error?: Error): Promise<{ seen: CostPage[]; watch: PageWatch }> {
  const watch = new PageWatch();
  const seen: CostPage[] = [];
  for await (const each of watch.watch(answer(pages, error))) seen.push(each);
  return { seen, watch };
}

describe('the pages of an answer', () => {
  it('are kept until a limit or the network ends them, with the reason', async () => {
    const { seen, watch } = await watched([page(3), page(2)], limit);
    expect(seen).toHaveLength(2);
    expect(watch.cut).toBe(limit);
    expect((await watched([page(3), page(2, 'complete')])).watch.cut).toBeUndefined();
  });

  it('are worth nothing where none came, or where one of them is wrong', async () => {
    await expect(watched([], limit)).rejects.toBe(limit);
    await expect(watched([page(0)], limit)).rejects.toBe(limit);
    const wrong = new CostsError('contract', 'A bucket is missing.');
    await expect(watched([page(3)], wrong)).rejects.toBe(wrong);
    const fault = new TypeError('a fault of ours');
    await expect(watched([page(3)], fault)).rejects.toBe(fault);
  });

  it('tell how many days one holds, where more than one is needed', async () => {
    expect((await watched([page(0), page(7), page(4), page(1, 'complete')])).watch.pageDays).toBe(7);
    expect((await watched([page(9, 'complete')])).watch.pageDays).toBeUndefined();
    // An answer that is put together of two questions: the first may be about a few days only.
    expect((await watched([page(5), page(26, 'complete')])).watch.pageDays).toBe(26);
  });
});
