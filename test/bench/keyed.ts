import type { WindowWrite } from '../../src/domain/collection.js';
import type { Figure } from './figure.js';
import { median, timed } from './measure.js';
import type { BenchServer } from './server.js';
import { ours, reset } from './upsert-contenders.js';
import type { UpsertScale } from './upsert.js';
import { afterTheEnd, changed, countRows, readWindows } from './windows.js';

const PHASES = ['insert', 'changed', 'unchanged'] as const;
const KEYS = 200;

/** Rows a second of bills alone, and of bills with their cut by API key, which is a second row for each. */
export async function benchKeyed(server: BenchServer, { rows, rounds }: UpsertScale): Promise<Figure[]> {
  const windows = await readWindows(8, rows);
  const db = await server.createDatabase();
  const contenders = [
    { times: [[], [], []] as number[][], rows: countRows(windows), answer: (given: WindowWrite[]) => given },
    { times: [[], [], []] as number[][], rows: countRows(windows) * 2, answer: cutByKey },
  ];
  for (let round = 0; round < rounds; round += 1)
    for (const { times, answer } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      await reset(db, windows);
      const dearer = changed(windows);
      for (const [phase, given] of [windows, dearer, afterTheEnd(dearer, 0)].entries()) {
        const write = await ours('', db, windows).prepare(answer(given));
        await db.settle();
        times[phase]?.push(await timed(write));
      }
    }
  await db.drop();
  return PHASES.map((phase, index) => {
    const [bill = NaN, both = NaN] = contenders.map((each) => each.rows / median(each.times[index] ?? []));
    return {
      group: 'keyed',
      name: `bills with their cut by API key / bills alone, eight windows side by side, ${phase}`,
      ratio: both / bill,
      target: { atLeast: 1 },
      detail: `${both.toFixed(1)}k / ${bill.toFixed(1)}k rows/s`,
    };
  });
}

function cutByKey(windows: WindowWrite[]): WindowWrite[] {
  return windows.map((window) => ({
    ...window,
    keyed: window.lines.map((line, index) => ({ ...line, apiKeyId: `key_${index % KEYS}` })),
  }));
}
