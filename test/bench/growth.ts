import type { WindowWrite } from '../../src/domain/collection.js';
import { createCollectionStore } from '../../src/store/collection/collection-store.js';
import type { Figure } from './figure.js';
import { createManyRows } from './many-rows.js';
import { sideBySide } from './measure.js';
import type { BenchDatabase, BenchServer } from './server.js';
import { afterTheEnd, changed, countRows, firstRows } from './windows.js';

const SMALL = 10_000;

/** The same month of one organization read again, in a table with nothing else in it and in one with everything. */
export async function benchGrowth(
  server: BenchServer,
  large: BenchDatabase,
  windows: readonly WindowWrite[],
  rounds: number,
): Promise<Figure[]> {
  const own = firstRows(windows, SMALL);
  const small = await createManyRows(server, own, SMALL);
  const [total] = await large.query<{ count: string }>('SELECT count(*) FROM cost_data');
  const sizes = `${(countRows(own) / 1000).toFixed(0)}k and ${(Number(total?.count) / 1e6).toFixed(1)} million rows`;
  try {
    // In the large table the organization has more rows than that; from here on it has these.
    const accepted = own.map((window) => ({ ...window, acceptRestatement: true }));
    let hour = 1;
    const write = async (db: BenchDatabase, lines: readonly WindowWrite[]) => {
      const store = createCollectionStore(db.database.sql);
      for (const window of afterTheEnd(lines, (hour += 1))) await store.writeWindow(window);
    };
    for (const db of [small, large]) {
      await write(db, accepted);
      await db.settle();
    }
    const figures: Figure[] = [];
    for (const [name, answers] of [
      ['nothing changed', [accepted]],
      ['every row changed', [changed(accepted), accepted]],
    ] as const) {
      let turn = 0;
      const contender = (label: string, db: BenchDatabase) => ({
        name: label,
        run: async () => write(db, answers[Math.floor(turn++ / 2) % answers.length] ?? []),
      });
      const times = await sideBySide(rounds * 4, [contender('small', small), contender('large', large)]);
      const of = (label: string) => times.get(label) ?? NaN;
      figures.push({
        group: 'growth',
        name: `a sync into a large table / into a small one, ${name}`,
        ratio: of('large') / of('small'),
        target: { atMost: 1.3 },
        detail: `${Math.round(of('large'))} / ${Math.round(of('small'))} ms with ${sizes}`,
      });
    }
    return figures;
  } finally {
    await small.drop();
  }
}
