import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WindowWrite } from '../../src/domain/collection.js';
import { openDatabase } from '../helpers/open-database.js';
import type { Figure } from './figure.js';
import { timed } from './measure.js';
import { ours, prismaWay, reset } from './upsert-contenders.js';
import { countRows, firstRows, registerWindows } from './windows.js';

/** The same on the embedded store, which has one connection: there is nothing beside Prisma that one could use instead. */
export async function benchEmbedded(windows: readonly WindowWrite[], prismaRows: number): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'costs-bench-home-'));
  const database = await openDatabase({ kind: 'embedded', home });
  try {
    await database.migrations.apply();
    await database.prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerWindows(database.prisma);
    const speed = async (given: readonly WindowWrite[], { prepare }: ReturnType<typeof ours>) => {
      await reset({ database }, given);
      return (countRows(given) / (await timed(await prepare(given)))) * 1000;
    };
    const few = firstRows(windows, prismaRows);
    const own = await speed(windows, ours('', { database }, windows));
    const loop = await speed(few, prismaWay('Prisma upsert in a loop', { database }, few));
    return [
      {
        group: 'upsert',
        name: 'costs / Prisma upsert in a loop, both on the embedded store, insert',
        ratio: own / loop,
        target: null,
        detail: `${(own / 1000).toFixed(1)}k / ${Math.round(loop)} rows/s`,
      },
    ];
  } finally {
    await database.close();
    await rm(home, { recursive: true, force: true });
  }
}
