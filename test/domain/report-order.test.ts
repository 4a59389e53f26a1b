import { describe, expect, it } from 'vitest';
import { add, formatDecimal, parseDecimal, subtract, ZERO } from '../../src/domain/decimal.js';
import { parseDay } from '../../src/domain/day.js';
import { groupKey, type ReportGroup } from '../../src/domain/dimensions.js';
import {
  allByChange,
  arrangeReport,
  reportDocument,
  spentByCurrency,
  type ReportOrder,
} from '../../src/domain/report-order.js';
import type { ComparedRow, Report, ReportComparison, ReportRow } from '../../src/domain/report.js';
import type { Output } from '../../src/output/output.js';
import { renderReportCsv, renderReportMarkdown } from '../../src/output/report-formats.js';
import { renderReportTable } from '../../src/output/report-table.js';
import { createStyle } from '../../src/output/style.js';

const row = (model: string, cost: string | null) => ({ model, currency: 'USD', cost, estimated: true });

describe('what --top leaves out', () => {
  it.each([
    [[null, null], null],
    [['2', null], '2'],
    [['2', '3'], '5'],
  ])('of %j costs %s', (costs, sum) => {
    const rows = [row('a', '9'), ...costs.map((cost, index) => row(`m${index}`, cost))];
    const report = { groupBy: ['model'], rows, totals: [] } as unknown as Report;
    expect(arrangeReport(report, { top: 1 }, null).others).toMatchObject([{ currency: 'USD', cost: sum, rows: 2 }]);
  });
});

/** Of two projects: the first has the largest row, the second the larger sum; `gone` was there only before. */
const NOW = [
  ['Alpha', 'gpt-5', '10', '4'],
  ['Beta', 'gpt-5', '8', '9'],
  ['Beta', 'o3', '7', '1'],
  ['Alpha', 'o3', '1', '1'],
] as const;
const GONE = ['Beta', 'gone', '0', '6'] as const;
const DAYS = { since: parseDay('2026-10-01'), until: parseDay('2026-10-31') };
const BEFORE = { since: parseDay('2026-09-01'), until: parseDay('2026-09-30') };

const OUTPUT = { width: 80, style: createStyle(false) } as unknown as Output;

function groupOf([project, model]: readonly string[]): ReportGroup & { currency: string } {
  return { project: project ?? '', projectId: project ?? '', model: model ?? null, currency: 'USD' };
}

function arranged(order: ReportOrder = {}): Report {
  const rows = NOW.map((each): ReportRow => ({ ...groupOf(each), cost: each[2], estimated: false }));
  const report = {
    ...{ ...DAYS, groupBy: ['project', 'model'], basis: 'best', readAt: null, asOf: null, unpriced: [] },
    rows,
    totals: [{ currency: 'USD', cost: '26' }],
    coverage: { gaps: [], adopted: [], halfRead: [], reportsDue: [], open: [], provisional: [] },
  } as Report;
  const comparison: ReportComparison = {
    previous: BEFORE,
    rows: new Map(
      [...NOW, GONE].map((each) => {
        const compared = { current: each[2], previous: each[3], partial: false, trend: [Number(each[2])] };
        return [groupKey(groupOf(each)), { ...groupOf(each), ...compared }];
      }),
    ),
  };
  return arrangeReport(report, order, comparison);
}

function changesOf(rows: readonly { compared?: ComparedRow }[]): string {
  const changes = rows.flatMap(({ compared }) =>
    compared === undefined ? [] : [subtract(parseDecimal(compared.current), parseDecimal(compared.previous))],
  );
  return formatDecimal(changes.reduce(add, ZERO));
}

describe('a grouped report that is compared', () => {
  it('orders groups by what they come to, and a sub-total is of its group also with --top', () => {
    for (const order of [{}, { top: 1 }])
      expect(arranged(order).subtotals).toMatchObject([
        { project: 'Beta', cost: '15', rows: 2, compared: { current: '15', previous: '16' } },
        { project: 'Alpha', cost: '11', rows: 2, compared: { current: '11', previous: '5' } },
      ]);
  });

  it('shows what is gone, so that the changes of its rows add up to that of the total', () => {
    for (const top of [undefined, 1, 2, NOW.length]) {
      const report = arranged(top === undefined ? {} : { top });
      const shown = [...report.rows, ...(report.gone ?? []), ...(report.others ?? [])];
      expect(changesOf(shown)).toBe('5');
      expect(changesOf(report.totals)).toBe('5');
      expect(changesOf(report.subtotals ?? [])).toBe('5');
    }
    expect(arranged().gone).toMatchObject([{ model: 'gone', cost: '0', compared: { current: '0', previous: '6' } }]);
    expect(arranged().rows).toHaveLength(NOW.length);
  });

  it('puts the largest change first, also one to nothing', () => {
    const { rows, gone } = arranged({ sort: 'change', top: 3 });
    expect(rows.map(({ model }) => model)).toEqual(['gpt-5', 'o3']);
    expect(gone).toHaveLength(1);
    const models = allByChange(arranged({ sort: 'change' })).map(({ model }) => model);
    expect(models).toEqual(['gpt-5', 'o3', 'gone', 'gpt-5', 'o3']);
  });

  it('keeps what a group was, as a part, where all of it has no price now', () => {
    const group = groupOf(GONE);
    const report = { ...arranged(), rows: [{ ...group, cost: null, estimated: true }] } as Report;
    const compared = { current: '0', previous: '6', partial: false };
    const rows = new Map([[groupKey(group), { ...group, ...compared }]]);
    const { gone, totals } = arrangeReport(report, {}, { previous: BEFORE, rows });
    expect([gone?.[0], totals[0]]).toMatchObject([1, 2].map(() => ({ compared: { difference: '-6', partial: true } })));
  });

  it('counts one comparison once where a bill and an estimate share it', () => {
    const group = groupOf(NOW[0]);
    const rows = [false, true].map((estimated): ReportRow => ({ ...group, cost: '5', estimated }));
    const compared = { current: '10', previous: '4', partial: false };
    const report = { ...arranged(), groupBy: ['project'], rows, totals: [{ currency: 'USD', cost: '10' }] } as Report;
    const both = arrangeReport(
      report,
      {},
      { previous: BEFORE, rows: new Map([[groupKey(group), { ...group, ...compared }]]) },
    );
    expect(changesOf(both.rows)).toBe('6');
    expect(changesOf(both.totals)).toBe('6');
  });

  it('says the same in its document, its table and its CSV', () => {
    const report = arranged({ top: 1, sort: 'change' });
    const table = renderReportTable(report, OUTPUT, 'change');
    expect(table).toMatch(/3 others +16\.00 .*-1\.00|3 others +16\.00 .*−1\.00/);
    expect(table).toMatch(/Total +26\.00 .*\+5\.00/);
    expect(table).toMatch(/vs 1–30 Sep$/m);
    const yearBefore = { since: parseDay('2025-10-01'), until: parseDay('2025-10-31') };
    expect(renderReportTable({ ...report, comparedWith: yearBefore }, OUTPUT, 'change')).toContain('vs 1–31 Oct 2025');
    const csv = renderReportCsv(report);
    expect(csv).toContain('currency,cost,estimated,current,previous,difference,changePercent\r\n');
    expect(csv).toMatch(/^3 others,.*USD,16,,16,17,-1,-5.88\r?$/m);
    const document = reportDocument(report);
    expect(document.others).toEqual([
      {
        ...{ currency: 'USD', cost: '16', rows: 3, spent: '16' },
        compared: { current: '16', previous: '17', difference: '-1', changePercent: '-5.88', partial: false },
      },
    ]);
    expect(JSON.stringify(document)).not.toContain('trend');
    expect(arranged().gone).toMatchObject([{ compared: { difference: '-6', changePercent: '-100' } }]);
  });

  it('has the rows of its table in Markdown, those that are gone and the changes included', () => {
    const lines = renderReportMarkdown(arranged()).split('\n');
    expect(lines[2]).toMatch(/^\| Project \|.* \| Currency \| Cost \| Change \| vs 1–30 Sep \|$/);
    expect(lines).toContainEqual(expect.stringMatching(/^\| Beta \|.* \| gone \| USD \| 0\.00 \| −6\.00 \| gone \|$/));
    expect(lines.at(-1)).toMatch(/^\| \*\*Total\*\* \|.* \| USD \| \*\*26\.00\*\* \| \+5\.00 \| \+24 % \|$/);
  });

  it('tells the total of a currency of which all is gone, in that currency', () => {
    const euros = { model: 'old', currency: 'EUR' };
    const compared = { current: '0', previous: '300', partial: false };
    const { subtotals: _subtotals, ...other } = arranged();
    const report = arrangeReport(
      { ...other, groupBy: ['model'], rows: [row('m', '5')], totals: [{ currency: 'USD', cost: '5' }] },
      {},
      { previous: BEFORE, rows: new Map([[groupKey(euros), { ...euros, ...compared }]]) },
    );
    expect(report.totals).toMatchObject([{ currency: 'USD' }, { currency: 'EUR', cost: '0', compared }]);
    const table = renderReportTable(report, OUTPUT);
    expect(table).toMatch(/old +0\.00 +EUR .*−300\.00/);
    expect(table).toMatch(/Total +0\.00 +EUR .*−300\.00/);
  });
});

it('shares are of the same with --top as without', () => {
  const rows = [row('a', '60'), row('b', '40'), row('credit', '-30')];
  const report = { groupBy: ['model'], rows, totals: [{ currency: 'USD', cost: '70' }] } as unknown as Report;
  const whole = parseDecimal('100');
  for (const order of [{}, { top: 1 }, { top: 2 }])
    expect(spentByCurrency(arrangeReport(report, order, null)).get('USD')).toBe(whole);
});

it('by name, rows stand in the order of the names that people see', () => {
  const rows = [
    { provider: 'anthropic', organization: 'Zeta', organizationId: '1', currency: 'USD', cost: '1', estimated: false },
    { provider: 'openai', organization: 'Alpha', organizationId: '2', currency: 'USD', cost: '1', estimated: false },
  ];
  const report = { groupBy: ['organization'], rows, totals: [] } as unknown as Report;
  const names = arrangeReport(report, { sort: 'name' }, null).rows.map(({ organization }) => organization);
  expect(names).toEqual(['Alpha', 'Zeta']);
});
