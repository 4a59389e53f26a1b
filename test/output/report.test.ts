import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import type { Report } from '../../src/domain/report.js';
import { renderReportMarkdown } from '../../src/output/report-formats.js';
import { renderReportTable } from '../../src/output/report-table.js';
import { figureViews } from '../../src/output/report-figures.js';
import { renderReport, type ReportView } from '../../src/output/report.js';
import type { Output } from '../../src/output/output.js';
import { createStyle } from '../../src/output/style.js';

const [since, until] = [parseDay('2026-11-01'), parseDay('2026-11-20')];
const gap = { provider: 'openai', organizationId: 'org-1', organization: 'Acme', since, until };

function shown(gaps: Report['coverage']['gaps'], adopted: Report['coverage']['adopted'] = []): string {
  const report = {
    ...{
      since,
      until,
      groupBy: ['project'],
      basis: 'best',
      readAt: null,
      asOf: null,
      rows: [],
      totals: [],
      unpriced: [],
    },
    coverage: { gaps, adopted, halfRead: [], reportsDue: [], open: [], provisional: [] },
  } as unknown as Report;
  const view = { report, team: 'acme', now: new Date('2026-11-21T00:00:00Z') } as ReportView;
  return renderReport(view, { style: createStyle(false), width: Infinity } as unknown as Output);
}

it('of one day has no chart of its days', () => {
  const withDays = (trend: number[]) => {
    const row = { currency: 'USD', cost: '5', compared: { current: '5', previous: '4', partial: false, trend } };
    const report = {
      ...{ since, until, groupBy: ['model'], basis: 'best', readAt: null, asOf: null, unpriced: [] },
      ...{ rows: [{ ...row, model: 'gpt-5' }], totals: [row], comparedWith: { since, until } },
      coverage: { gaps: [], adopted: [], halfRead: [], reportsDue: [], open: [], provisional: [] },
    } as unknown as Report;
    return renderReportTable(report, { style: createStyle(false), width: Infinity } as unknown as Output);
  };
  expect(withDays([5])).not.toContain('█');
  expect(withDays([2, 3])).toContain('█');
});

describe('a report without a row', () => {
  it('says how adopted days are proven, of whichever organization they are', () => {
    const early = { ...gap, organizationId: 'org-2', since: parseDay('2026-10-02'), until: parseDay('2026-10-03') };
    expect(shown([], [gap, early])).toMatch(/→ costs backfill --since 2026-10-02 --until 2026-11-20$/m);
  });

  it('says that nothing was ever read where days are missing', () => {
    expect(shown([gap])).toMatch(/by project · never read\nNo costs in these days\.\n× Never read: Acme/);
  });

  it('names an organization once before its missing days', () => {
    const later = { ...gap, since: parseDay('2026-11-19'), until: parseDay('2026-11-20') };
    const other = { ...gap, organizationId: 'org-2', organization: 'Labs' };
    expect(shown([{ ...gap, until: parseDay('2026-11-02') }, later, other])).toMatch(
      /Never read: Acme \S+ Nov, \S+ Nov, Labs \S+ Nov: a gap/,
    );
  });

  it('misses nothing where nothing could be read, as of a tag that no project has', () => {
    expect(shown([])).toBe('acme · 1–20 Nov 2026 (UTC) by project\nNo costs in these days.');
  });
});

it('says in Markdown what the marks of its projects mean', () => {
  const row = { currency: 'USD', cost: '1', estimated: false, project: 'Old', projectId: 'p', lineItem: 'x' };
  const rows = [
    { ...row, linked: false, organizationId: 'org-1' },
    { ...row, organizationId: null },
  ];
  const coverage = { gaps: [], adopted: [], halfRead: [], reportsDue: [], open: [], provisional: [] };
  const report = { since, until, groupBy: ['project'], rows, totals: [], coverage, basis: 'best' } as unknown as Report;
  const text = renderReportMarkdown(report);
  for (const mark of [/^\| ⚠ Old/m, /^⚠ not linked → /m, /^\| ◇ Old/m, /^◇ Not proven: /m]) expect(text).toMatch(mark);
});

it('names as many units of a row as there is room for, and how many more it has', () => {
  const counted = (unit: string, quantity: string) => ({ unit, quantity, cost: '1', perMillion: '2' });
  const units = [counted('tokens', '5000000'), counted('images', '40'), counted('sessions', '3')];
  const [tokens] = figureViews({ columns: ['tokens'] });
  const shown = (mostUnits?: number) => tokens?.cell({ cost: '3', units }, mostUnits);
  expect([shown(), shown(1), shown(Infinity)]).toEqual([
    '5,000,000, 40 images, 1 more',
    '5,000,000, 2 more',
    '5,000,000, 40 images, 3 sessions',
  ]);
});
