import { describe, expect, it } from 'vitest';
import { arrangeReport } from '../../src/domain/report-order.js';
import type { Report } from '../../src/domain/report.js';

const row = (model: string, cost: string | null) => ({ model, currency: 'USD', cost, estimated: true });

describe('what --top leaves out', () => {
  it.each([
    [[null, null], null],
    [['2', null], '2'],
    [['2', '3'], '5'],
  ])('of %j costs %s', (costs, sum) => {
    const rows = [row('a', '9'), ...costs.map((cost, index) => row(`m${index}`, cost))];
    const report = { rows } as unknown as Report;
    expect(arrangeReport(report, { top: 1 }, null).others).toEqual([{ currency: 'USD', cost: sum, rows: 2 }]);
  });
});
