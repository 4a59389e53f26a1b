import { expect, it } from 'vitest';
import type { Changes } from '../../src/domain/changes.js';
import { parseDay } from '../../src/domain/day.js';
import { renderChanges } from '../../src/output/changes.js';
import type { Output } from '../../src/output/output.js';
import { createStyle } from '../../src/output/style.js';
import { fitLines } from '../../src/output/wrap.js';

const rows = Array.from({ length: 40 }, (_, index) => ({
  ...{ project: `Project ${index}`, projectId: `p${index}`, cause: 'late', rows: 1, difference: '1', currency: 'USD' },
}));
const changes = {
  ...{ since: parseDay('2026-10-01'), until: parseDay('2026-10-31'), from: '2026-11-01T00:00:00Z' },
  ...{ groupBy: ['project'], rows, totals: [], lateness: [] },
} as unknown as Changes;

it.each([
  { width: 100, last: 29, more: 1 },
  { width: Infinity, last: 39, more: 0 },
])('are shown to the row $last where the output has $width columns', ({ width, last, more }) => {
  const text = renderChanges(changes, 'acme', { style: createStyle(false), width } as unknown as Output);
  expect(text).toContain(`Project ${last} `);
  expect(text).not.toContain(`Project ${last + 1} `);
  expect(text.match(/10 more: --json has them all/g) ?? []).toHaveLength(more);
});

it.each(['costs status', 'export COSTS_HOME=/tmp/costs-demo-kept-1', 'rm "/tmp/a claim"'])(
  'a line that ends in %s has it in one piece, however narrow the terminal is',
  (command) => {
    expect(fitLines(`To try these where you are → ${command}`, 20).split('\n')).toContain(`  → ${command}`);
  },
);
