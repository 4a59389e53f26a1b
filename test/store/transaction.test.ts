import { expect, it, vi } from 'vitest';
import { transaction } from '../../src/store/transaction.js';
import { useTestDatabase } from '../helpers/database.js';

it('a transaction may take hours, as a day of a million rows does on a slow server', async () => {
  const { database } = await useTestDatabase('postgresql');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const rows = await transaction(database, async (tx) => {
      await vi.advanceTimersByTimeAsync(3 * 3_600_000);
      return tx.$queryRaw`SELECT 1 AS one`;
    });
    expect(rows).toEqual([{ one: 1 }]);
  } finally {
    vi.useRealTimers();
  }
});
