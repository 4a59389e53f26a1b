import { isOtherReport } from '../domain/bill-source.js';
import type { Organization } from '../domain/collection.js';
import type { BillReport, CostProvider } from '../domain/cost-provider.js';
import type { KeyedReport } from '../domain/keyed-report.js';
import { CostsError } from '../errors.js';

/** What stands in for the bills of a provider. @throws CostsError `conflict` for one that has nothing such */
export function requireBillReport({ facts, billReport }: CostProvider): BillReport {
  if (billReport !== undefined) return billReport;
  throw new CostsError('conflict', `${facts.name} has no other report that could stand in for its bill.`, {
    hint: 'Register the organization again, with a key of its own: costs keys add --help',
  });
}

/** Reports beside a bill. One that stands in for it tells API keys itself. */
export function reportsBeside(
  { keyedReports = [] }: Pick<CostProvider, 'keyedReports'>,
  { billSource }: Pick<Organization, 'billSource'>,
): readonly KeyedReport[] {
  return isOtherReport(billSource) ? keyedReports.filter(({ source }) => source === 'product') : keyedReports;
}

/** A provider as the key of an organization reads it: where that reads no bill, it reads no names and no usage either. */
export function readWith(provider: CostProvider, organization: Organization): CostProvider {
  const { billSource, organizationId } = organization;
  if (!isOtherReport(billSource)) return provider;
  const report = requireBillReport(provider);
  const children = billSource === 'parent' ? [organizationId] : undefined;
  return {
    facts: provider.facts,
    maxDaysPerRequest: provider.maxDaysPerRequest,
    fetchCosts: (call, span) => report.fetchCosts(call, span, children),
    fetchTotals: (call, span) => report.fetchTotals(call, span, children),
    keyedReports: reportsBeside(provider, organization),
    listProjects: () => Promise.resolve([]),
    identify: (call) => provider.identify(call),
  };
}
