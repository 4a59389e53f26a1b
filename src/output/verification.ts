import { providerName } from '../providers/registry.js';
import type { DayDifference, NotCompared, OrganizationVerification, Verification } from '../domain/verification.js';
import { describeOrphans, type OrphanedRows } from '../domain/orphans.js';
import { formatMoney } from './format.js';
import { FIRST_DAY } from '../domain/period.js';
import { formatCount, formatDate, formatDay, formatShortSpan, formatSpan, plural } from '../domain/words.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';
import { shell } from '../domain/shell.js';
import { billReportLines } from './bill-report.js';
import { renderHint } from './hint.js';

/** Differences that are listed one by one; the document has all. */
const SHOWN = 5;

/** A line an organization, and under it what does not add up, what changed since, and what was not compared. */
export function renderVerification(verification: Verification, output: Output): string {
  const { since, until, stored, organizations, orphans } = verification;
  return [
    `${since === FIRST_DAY ? `Every day through ${formatDate(until)}` : formatSpan(since, until)} UTC against ${stored ? 'what was written' : "the providers' own totals"}`,
    renderTable(
      [{ head: '' }, { head: '' }, { head: '' }, { head: '' }],
      organizations.map((each) => row(each, output)),
      output,
    ),
    ...organizations.flatMap((each) => notes(each, output)),
    ...orphans.flatMap((each) => told(each, output)),
  ].join('\n');
}

function row(organization: OrganizationVerification, output: Output): string[] {
  const { provider, name } = organization;
  return [mark(organization, output), providerName(provider), name, said(organization)];
}

/** A tick is for what was compared and equal: where nothing was, none is deserved, and no fault is shown either. */
function mark({ status, findings, days, equal }: OrganizationVerification, { style }: Output): string {
  if (status !== 'ok' || findings.length > 0) return style.red('✖');
  if (days === 0) return '–';
  return equal < days ? style.yellow('⚠') : style.green('✔');
}

function said({ days, equal, comparedWith, notCompared, error }: OrganizationVerification): string {
  if (error !== undefined) return error.message;
  if (days === 0 && comparedWith !== 'nothing') return 'nothing compared';
  const equalDays = `${formatCount(equal)} of ${plural(days, 'day')} equal`;
  switch (comparedWith) {
    case 'nothing':
      return notCompared.length > 0 ? 'nothing compared' : 'no total of its own, nothing compared';
    case 'rows':
    case 'files':
      return `${equalDays} to its ${comparedWith} read again, no daily total of its own`;
    default:
      return equalDays;
  }
}

function notes(organization: OrganizationVerification, output: Output): string[] {
  const { provider, name, rounding, restated, findings, notCompared, sealedAsFound, cycle, notReported, error } =
    organization;
  return [
    ...(error?.hint === undefined ? [] : [`${name}: ${renderHint(error.hint)}`]),
    ...findings.flatMap(({ message, hint }) => finding(`${name}: ${message}`, hint, output)),
    ...billReportLines([{ provider, name, billReport: organization.billReport ?? null }]),
    ...restatedNotes(name, restated),
    ...(rounding.length === 0
      ? []
      : [
          `${name}: ${plural(rounding.length, 'day')} off by less than 0.000001, ${providerName(provider)}'s rounding.`,
        ]),
    ...(sealedAsFound === 0
      ? []
      : [`${name}: ${plural(sealedAsFound, 'day')} from before seals, sealed now as found.`]),
    ...(cycle === undefined
      ? []
      : [
          `${name}: since ${formatDay(cycle.since)} ${providerName(provider)} tells ${cycle.provider} ${cycle.currency}, its rows ${cycle.rows}.`,
        ]),
    ...notCompared.map((each) => leftOut(organization, each)),
    ...(notReported === undefined
      ? []
      : [`${name}: in no report of ${providerName(provider)}: ${notReported.join('; ')}.`]),
  ];
}

function finding(message: string, hint: string, { style }: Output): string[] {
  return [`${style.red('✖')} ${message}`, `  ${renderHint(hint)}`];
}

function told(orphans: OrphanedRows, output: Output): string[] {
  const { message, hint } = describeOrphans(orphans);
  if (!orphans.isAdopted) return finding(message, hint, output);
  return [`${output.style.yellow('◇')} ${message}`, `  ${renderHint(hint)}`];
}

function restatedNotes(name: string, restated: readonly DayDifference[]): string[] {
  if (restated.length === 0) return [];
  const more = restated.length - SHOWN;
  return [
    ...restated
      .slice(0, SHOWN)
      .map(
        ({ day, currency, difference }) =>
          `${name}: ${formatDay(day)} was restated since it was read, ${formatMoney(difference, { signed: true })} ${currency}`,
      ),
    ...(more > 0 ? [`${name}: ${plural(more, 'more day')} restated`] : []),
    '  → costs sync',
    shell`  Days older than a month → costs backfill --since ${restated[0]?.day ?? ''} --force`,
  ];
}

function leftOut({ name, organizationId }: OrganizationVerification, { since, until, reason }: NotCompared): string {
  const left = `${name}: ${formatShortSpan({ since, until })} ${reason}, not compared`;
  if (reason === 'not told any more') return left;
  if (reason === 'its key is disabled') return `${left} → ${shell`costs keys enable ${organizationId}`}`;
  if (reason === 'no key or folder to ask') return `${left} → costs keys add`;
  const isOld = reason === 'never read' || reason === 'adopted, not proven';
  const command = isOld ? shell`costs backfill --since ${since} --until ${until}` : 'costs sync';
  return `${left} → ${command}`;
}
