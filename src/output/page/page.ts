import { createHash } from 'node:crypto';
import { isTimeWord } from '../../domain/dimensions.js';
import type { SpendPage } from '../../domain/spend-page.js';
import { distinctNames } from '../distinct-names.js';
import { formatInstant, formatSpan } from '../../domain/words.js';
import { breakdownsSection } from './breakdowns.js';
import { coverageSection } from './coverage.js';
import { daysSection } from './days.js';
import { instant, money } from './figures.js';
import { markup, name, NOTHING, scriptJson, trusted, type Html } from './html.js';
import { LOOKS } from './looks.js';
import { overTimeSection } from './over-time.js';
import { restatementsSection } from './restatements.js';
import { rowsSection } from './rows.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';
import { moversSection, summarySection } from './summary.js';

/** A report as one page that needs nothing but itself: no network, no other file, and no script but its own. */
export function renderPage(asked: SpendPage): string {
  const currencies = currenciesOf(asked);
  const page = inOneOrder(withDistinctNames(asked), currencies);
  const { report, team } = page;
  const title = `${team} · AI spend ${formatSpan(report.since, report.until)}`;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="costs ${page.version}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(STYLE)}</style></head>
<body>${LOOKS}
<main>${head(page)}
${currencies.length === 1 ? NOTHING : daysSection(page)}
${currencies.map((currency, index) => currencyPart(page, currency, `c${index}`, currencies.length > 1))}
${report.rows.length === 0 ? NOTHING : rowsSection(page)}
${restatementsSection(page)}
${coverageSection(page)}
</main>${foot(page)}
<script type="application/json" id="data">${scriptJson(asked.report)}</script>
<script>${trusted(SCRIPT)}</script>
</body></html>
`.text;
}

/** Every part of it calls a project or an organization the same. */
function withDistinctNames(page: SpendPage): SpendPage {
  const { report, breakdowns, overTime, changes, restated, spikes } = page;
  const { project, organization } = breakdowns;
  const named = distinctNames([...report.rows, ...project, ...organization, ...changes, ...restated, ...spikes]);
  return {
    ...page,
    report: { ...report, rows: report.rows.map(named) },
    breakdowns: { ...breakdowns, project: project.map(named), organization: organization.map(named) },
    overTime: { ...overTime, rows: { ...overTime.rows, project: overTime.rows.project.map(named) } },
    changes: changes.map(named),
    restated: restated.map(named),
    spikes: spikes.map(named),
  };
}

/** Currencies stand in one order from the head to the last row; rows of a time stay in its order. */
function inOneOrder(page: SpendPage, currencies: readonly string[]): SpendPage {
  const { report } = page;
  const place = ({ currency }: { currency: string }) => currencies.indexOf(currency);
  const inOrder = <Row extends { currency: string }>(rows: readonly Row[]) =>
    [...rows].sort((a, b) => place(a) - place(b));
  const rows = report.groupBy.some(isTimeWord) ? report.rows : inOrder(report.rows);
  const others = report.others === undefined ? {} : { others: inOrder(report.others) };
  return { ...page, report: { ...report, ...others, rows, totals: inOrder(report.totals) } };
}

/** Nothing may be loaded, sent or framed, and no script may run but the one whose hash stands here. */
function policy(): string {
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** The one with the most rows first. One of which nothing is known but that something was used counts, too. */
function currenciesOf({ report, breakdowns }: SpendPage): string[] {
  const count = (currency: string) => breakdowns['line-item'].filter((row) => row.currency === currency).length;
  const found = [...new Set([...report.totals, ...report.rows].map(({ currency }) => currency))].sort();
  return found.sort((a, b) => count(b) - count(a));
}

function head({ team, report, filters, organizations }: SpendPage): Html {
  const read = report.readAt === null ? 'never read' : `as of ${instant(new Date(report.readAt))}`;
  return markup`<header><p class="team">${name(team)} · AI spend</p><h1>${formatSpan(report.since, report.until)}</h1>
<p class="fine">UTC days · ${BASES[report.basis]} · ${read}${oldestRead(organizations)}</p>
${filters.length === 0 ? NOTHING : markup`<p class="filters">Only ${filters.map((filter, index) => markup`${index === 0 ? '' : ', '}<code>${name(filter)}</code>`)}</p>`}
${report.totals.length < 2 ? NOTHING : markup`<p class="totals">${report.totals.map(({ currency, cost }) => markup`<span>${money(cost, currency)} ${currency}</span> `)}</p>`}
${report.rows.length === 0 ? markup`<p class="none">No costs in these days.</p>` : NOTHING}</header>`;
}

/** What was read last, where that is hours before the others: the total is no newer than it. */
function oldestRead(organizations: SpendPage['organizations']): Html {
  const read = organizations.flatMap(({ organization, readAt }) => (readAt === null ? [] : [{ organization, readAt }]));
  const [first] = [...read].sort((a, b) => a.readAt.getTime() - b.readAt.getTime());
  const newest = Math.max(...read.map(({ readAt }) => readAt.getTime()));
  if (first === undefined || newest - first.readAt.getTime() < LATE_MS) return NOTHING;
  return markup`, ${name(first.organization)} last read ${instant(first.readAt)}`;
}
const LATE_MS = 3_600_000;

const BASES = {
  billed: 'billed costs',
  usage: 'estimated from usage',
  best: 'billed costs, estimates where there is no bill',
};

/** Several currencies stand one after the other: nothing adds them. */
function currencyPart(page: SpendPage, currency: string, id: string, several: boolean): Html {
  return markup`<div class="currency-part" data-currency="${currency}">${several ? markup`<h2 class="currency-head">${currency}</h2>` : NOTHING}
${summarySection(page, currency, id)}
<div class="${several ? '' : 'side-by-side'}">${moversSection(page, currency, id)}${several ? NOTHING : daysSection(page)}</div>
${overTimeSection(page, currency, id)}
${breakdownsSection(page, currency, id)}</div>`;
}

function foot({ report, madeAt, version }: SpendPage): Html {
  const notes = [
    'Amounts are rounded; point at one for its exact value, or ask for the report with --json.',
    ...(report.unpriced.length > 0 ? ['Some usage has no price: what it cost is unknown and in no total.'] : []),
    ...(report.totals.length > 1 ? ['Currencies are never added.'] : []),
  ];
  return markup`<footer><p>${notes.join(' ')}</p><p>Made ${formatInstant(madeAt)} by costs ${version}. This page loads nothing and sends nothing.</p></footer>`;
}
