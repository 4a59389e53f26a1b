import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import type { Report } from '../../src/domain/report.js';
import { renderReport, type ReportView } from '../../src/output/report.js';
import type { Output } from '../../src/output/output.js';
import { createStyle } from '../../src/output/style.js';

const [since, until] = [parseDay('2026-11-01'), parseDay('2026-11-20')];
const gap = { provider: 'openai', organizationId: 'org-1', organization: 'Acme', since, until };

function shown(gaps: Report['coverage']['gaps']): string {
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
    coverage: { gaps, adopted: [], halfRead: [], open: [], provisional: [] },
  } as unknown as Report;
  const view = { report, team: 'acme', now: new Date('2026-11-21T00:00:00Z') } as ReportView;
  return renderReport(view, { style: createStyle(false), width: Infinity } as unknown as Output);
}

describe('a report without a row', () => {
  it('says that nothing was ever read where days are missing', () => {
    expect(shown([gap])).toMatch(/by project · never read\nNo costs in these days\.\n× Never read: Acme/);
  });

  it('misses nothing where nothing could be read, as of a tag that no project has', () => {
    expect(shown([])).toBe('acme · 1–20 Nov 2026 (UTC) by project\nNo costs in these days.');
  });
});
