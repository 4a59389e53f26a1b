import { describe, expect, it } from 'vitest';
import { RowBudget } from '../../src/sync/row-budget.js';

/** Work that lasts until it is told to end. */
function lasting() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { end: () => end(), work: () => ended };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('room for rows', () => {
  it('lets in what fits, and the others in their order when there is room again', async () => {
    const room = new RowBudget();
    const began: string[] = [];
    const first = lasting();
    const hold = (name: string, rows: number, work = () => Promise.resolve()) =>
      room.hold(rows, () => {
        began.push(name);
        return work();
      });
    const all = [
      hold('first', 15_000, first.work),
      hold('small', 5_000),
      hold('large', 20_000),
      hold('behind the large one', 1),
    ];
    await soon();
    expect(began).toEqual(['first', 'small']);
    first.end();
    await Promise.all(all);
    expect(began).toEqual(['first', 'small', 'large', 'behind the large one']);
  });

  it('lets in alone what is larger than all of it', async () => {
    const room = new RowBudget();
    await expect(room.hold(1_000_000, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('is given back by work that fails', async () => {
    const room = new RowBudget();
    await expect(room.hold(20_000, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(room.hold(20_000, () => Promise.resolve('done'))).resolves.toBe('done');
  });
});
