import { isMissing } from './compared-days.js';
import { dayState } from './coverage.js';
import { addDays, daysOf, type Day, type DaySpan } from './day.js';
import { organizationRef } from './organization.js';
import type { CoverageSpan, OrganizationDays, ReportCoverage } from './report.js';

/** What the days of a span are worth, in spans of neighbouring days. */
export function describeCoverage(
  organizations: readonly OrganizationDays[],
  span: DaySpan,
  today: Day,
): ReportCoverage {
  const coverage: ReportCoverage = { gaps: [], adopted: [], halfRead: [], reportsDue: [], open: [], provisional: [] };
  const until = span.until < today ? span.until : today;
  const days = daysOf({ since: span.since, until });
  for (const each of organizations) {
    const { provider, organizationId, organization, readAt, adopted, reportsDue } = each;
    for (const day of days) {
      const here = { provider, organizationId, organization, since: day, until: day };
      if (reportsDue.has(day)) extend(coverage.reportsDue, here);
      const state = dayState(day, readAt.get(day) ?? null, adopted.has(day));
      if (state === 'open') extend(day < today ? coverage.halfRead : coverage.open, here);
      else if (state === 'adopted' || state === 'provisional') extend(coverage[state], here);
      else if (state === 'gap' && isMissing(each, day)) extend(coverage.gaps, here);
    }
  }
  return coverage;
}

function extend(spans: CoverageSpan[], next: CoverageSpan): void {
  const last = spans.at(-1);
  const goesOn = last !== undefined && addDays(last.until, 1) === next.since;
  if (goesOn && organizationRef(last) === organizationRef(next)) last.until = next.until;
  else spans.push(next);
}
