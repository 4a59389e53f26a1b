import { describe, expect, it } from 'vitest';
import type { Organization } from '../../src/domain/collection.js';
import type { BillReport, CostProvider } from '../../src/domain/cost-provider.js';
import { parseDay } from '../../src/domain/day.js';
import type { KeyedReport } from '../../src/domain/keyed-report.js';
import type { ProviderCall } from '../../src/domain/provider.js';
import { readWith, reportsBeside, requireBillReport } from '../../src/sync/bill.js';

const SPAN = { since: parseDay('2026-01-01'), until: parseDay('2026-01-31') };
const CALL = {} as ProviderCall;
const keyed = (source: KeyedReport['source']) => ({ source, name: source }) as KeyedReport;
const REPORTS = [keyed('analytics'), keyed('product')];
const organization = (billSource: Organization['billSource']) =>
  ({ organizationId: 'org-1', billSource }) as unknown as Organization;

/** A provider that has all there is, and what its bill's stand-in was asked for. */
function provider() {
  const asked: unknown[] = [];
  const billReport = {
    fetchCosts: (...args: unknown[]) => void asked.push(['costs', ...args]),
    fetchTotals: (...args: unknown[]) => void asked.push(['totals', ...args]),
  } as unknown as BillReport;
  const all = {
    facts: { name: 'Acme' },
    maxDaysPerRequest: 31,
    billReport,
    keyedReports: REPORTS,
    listProjects: () => Promise.resolve([{ id: 'p', name: 'P' }]),
    listApiKeys: () => Promise.resolve(null),
    usage: {},
    identify: (call: ProviderCall) => Promise.resolve([call]),
  } as unknown as CostProvider;
  return { all, asked, billReport };
}

describe('a bill', () => {
  it('is read as the provider gives it with a key of its own, or from files, beside all reports by API key', () => {
    const { all } = provider();
    for (const source of ['key', 'files'] as const) {
      expect(readWith(all, organization(source))).toBe(all);
      expect(reportsBeside(all, organization(source))).toEqual(REPORTS);
    }
    expect(reportsBeside({}, organization('key'))).toEqual([]);
  });

  it.each([
    ['report', undefined],
    ['parent', ['org-1']],
  ] as const)(
    'of a key that reads none, by %s, is another report: of itself or of all, without names and usage',
    async (source, children) => {
      const { all, asked } = provider();
      const read = readWith(all, organization(source));
      read.fetchCosts(CALL, SPAN);
      read.fetchTotals?.(CALL, SPAN);
      expect(asked).toEqual([
        ['costs', CALL, SPAN, children],
        ['totals', CALL, SPAN, children],
      ]);
      expect(await read.listProjects(CALL)).toEqual([]);
      expect(await read.identify(CALL)).toEqual([CALL]);
      expect(read).toMatchObject({ facts: { name: 'Acme' }, maxDaysPerRequest: 31 });
      expect(Object.keys(read)).not.toEqual(expect.arrayContaining([expect.stringMatching(/listApiKeys|usage/)]));
      // What tells API keys itself needs no report of them beside it, but one by product.
      expect(read.keyedReports).toEqual([keyed('product')]);
      expect(reportsBeside({}, organization(source))).toEqual([]);
    },
  );

  it('is refused where the provider has nothing that could stand in for it', () => {
    const { all, billReport } = provider();
    expect(requireBillReport(all)).toBe(billReport);
    const { billReport: _, ...without } = all;
    for (const read of [() => requireBillReport(without), () => readWith(without, organization('parent'))])
      expect(read).toThrow(
        expect.objectContaining({
          code: 'conflict',
          message: 'Acme has no other report that could stand in for its bill.',
          hint: expect.stringContaining('costs keys add') as string,
        }) as Error,
      );
  });
});
