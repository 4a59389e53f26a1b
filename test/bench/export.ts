import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDay, type Day } from '../../src/domain/day.js';
import type { Figure } from './figure.js';
import { createManyRows } from './many-rows.js';
import type { BenchServer } from './server.js';
import { createTool } from './tool.js';
import { afterTheEnd, readWindows } from './windows.js';

export interface ExportScale {
  rows: number;
}

const UNTIL = parseDay('2026-01-31');
/** The most an export may ever take, however many rows it writes. */
const MOST_MEGABYTES = 400;

/** How fast rows become Parquet, and the most memory that takes. */
export async function benchExport(server: BenchServer, { rows }: ExportScale): Promise<Figure[]> {
  const windows = afterTheEnd(await readWindows(8, rows / 10), 0);
  const db = await createManyRows(server, windows, rows);
  const tool = await createTool({ DATABASE_URL: db.url });
  try {
    const [first] = await db.query<{ day: Day }>(
      `SELECT to_char(min(bucket_start_time), 'YYYY-MM-DD') AS day FROM cost_data`,
    );
    const span = ['--since', first?.day ?? UNTIL, '--until', UNTIL];
    const file = join(tool.home, 'spend.parquet');
    const figures: Figure[] = [];
    for (const format of ['parquet', 'focus-parquet']) {
      const run = await tool.run(['export', ...span, '--format', format, '--output', file, '--json']);
      const { rows: written } = JSON.parse(run.stdout) as { rows: number };
      const megabytes = (await stat(file)).size / 1e6;
      figures.push({
        group: 'export',
        name: `peak of ${(written / 1000).toFixed(0)}k rows as ${format} / ${MOST_MEGABYTES} MB`,
        ratio: run.peakMegabytes / MOST_MEGABYTES,
        target: { atMost: 1 },
        detail: `${run.peakMegabytes.toFixed(0)} MB at ${(written / run.milliseconds).toFixed(1)}k rows/s, a file of ${megabytes.toFixed(1)} MB`,
      });
    }
    return figures;
  } finally {
    await tool.drop();
    await db.drop();
  }
}
