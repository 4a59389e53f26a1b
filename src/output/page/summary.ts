import { absolute, compare, formatDecimal, parseDecimal, subtract, sum, type Decimal } from '../../domain/decimal.js';
import { addDays } from '../../domain/day.js';
import { spentOf, sumOf } from '../../domain/report-order.js';
import type { Cause } from '../../domain/explanation.js';
import type { ReportRow } from '../../domain/report.js';
import type { ProjectChange, SpendPage } from '../../domain/spend-page.js';
import { difference, formatChange, formatShare } from '../format.js';
import { formatDay, nameSome, plural } from '../../domain/words.js';
import { reasonsOf } from '../why.js';
import { drawSpark } from './chart.js';
import { money, portion, shortSpan } from './figures.js';
import { markup, name, NOTHING, type Html } from './html.js';
import { stackOf } from './stack.js';
import { groupInto } from '../../domain/group-into.js';

const TOP = 3;
const MOVERS = 6;
/** Fewer make no course. */
const LEAST_BARS = 3;

/** One currency at a glance: its total against the period before, and its most expensive projects. */
export function summarySection(page: SpendPage, currency: string, id: string): Html {
  const total = page.report.totals.find((each) => each.currency === currency)?.cost ?? null;
  return markup`<section class="summary" aria-labelledby="${id}-top ${id}-currency">
<div class="total"><p class="label">Total</p><p class="amount">${money(total, currency)} <span class="currency" id="${id}-currency">${currency}</span></p>${totalChange(page, currency)}${totalNotes(page, currency)}${monthEnd(page, currency)}</div>
<h2 id="${id}-top">Most expensive projects</h2>
<ol class="top">${topProjects(page, currency)}</ol>
</section>`;
}

function totalChange(page: SpendPage, currency: string): Html {
  const rows = page.changes.filter((each) => each.currency === currency);
  const [current, previous] = [sumText(rows.map((row) => row.current)), sumText(rows.map((row) => row.previous))];
  const { current: now, previous: before } = page.compared;
  if (current === '0' && previous === '0')
    return markup`<p class="change">Nothing to compare with in ${shortSpan(before, now)}.</p>`;
  const partial = rows.some((row) => row.partial);
  return markup`<p class="change">${money(difference({ current, previous }), currency, { signed: true })} <b>${formatChange({ current, previous })}</b> against ${shortSpan(before, now)}</p>
<p class="fine">${money(current, currency)} in ${shortSpan(now, before)}, ${money(previous, currency)} in ${shortSpan(before, now)}${partial ? '; days that one side lacks are left out of both' : ''}${notCompared(page)}</p>`;
}

/** What the month is expected to come to, and the team's budget beside it; marked as expected, since nothing of it was charged. */
function monthEnd({ report: { monthEnd: month }, budgets }: SpendPage, currency: string): Html {
  const forecast = month?.totals.find((each) => each.currency === currency);
  if (month === undefined || forecast === undefined) return NOTHING;
  const { expected, low, high } = forecast;
  const range =
    low === null || high === null ? NOTHING : markup`, likely ${money(low, currency)} to ${money(high, currency)}`;
  const budget = budgets.find((each) => each.currency === currency);
  return markup`<p class="month-end">Expected by ${formatDay(month.until)}: <b>${money(expected, currency)}</b>${range}${month.notRead.length === 0 ? '' : '; days not read count as what they usually cost'}</p>
${budget === undefined ? NOTHING : budgetLine(budget, expected)}`;
}

function budgetLine({ amount, currency, spent, crossing }: SpendPage['budgets'][number], expected: string): Html {
  const [limit, end] = [parseDecimal(amount), parseDecimal(expected)];
  const most = limit > end ? limit : end;
  const over = end > limit;
  const word = over ? markup`${money(formatDecimal(subtract(end, limit)), currency)} over` : markup`within`;
  return markup`<p class="budget ${over ? 'over' : 'within'}"><span class="meter" aria-hidden="true"><i class="spent" style="width:${portion(spent, most)}%"></i><i class="limit" style="left:${portion(amount, most)}%"></i></span>${word} the budget of ${money(amount, currency)}; ${formatShare(spent, limit)} of it is spent${crossing === null ? NOTHING : markup`, all of it by about ${formatDay(crossing)}`}</p>`;
}

/** Days of the total that stand against nothing, such as today. */
function notCompared({ report, compared }: SpendPage): string {
  if (compared.current.until >= report.until) return '';
  const left = { since: addDays(compared.current.until, 1), until: report.until };
  return `; ${shortSpan(left)} is in the total alone`;
}

/** What of the total is no bill, and what is not in it. */
function totalNotes({ breakdowns, report }: SpendPage, currency: string): Html {
  const rows = breakdowns.project.filter((row) => row.currency === currency);
  const estimated = rows.filter((row) => row.estimated && row.cost !== null);
  const unpriced = rows.some(({ cost }) => cost === null) ? report.unpriced : [];
  const names = [...new Set(unpriced.map(({ model, endpoint }) => model ?? endpoint))];
  return markup`${estimated.length === 0 ? NOTHING : markup`<p class="fine">~ ${money(sumOf(estimated), currency)} of it is estimated, where there is no bill.</p>`}
${unpriced.length === 0 ? NOTHING : markup`<p class="fine">Not in it: usage of ${name(nameSome(names, 3))}, which has no price. <code>costs usage prices check</code></p>`}`;
}

function topProjects(page: SpendPage, currency: string): Html[] {
  const rows = page.breakdowns.project.filter((row) => row.currency === currency);
  const spent = spentOf(rows);
  const { series } = stackOf(page, 'project', currency);
  return byProject(rows)
    .slice(0, TOP)
    .map(({ row, cost, estimated }) => {
      const change = page.changes.find((each) => each.projectId === row.projectId && each.currency === currency);
      const layer = series.find((each) => each.projectId === row.projectId);
      return markup`<li data-project="${row.projectId ?? ''}"><p class="who"><strong>${name(row.project ?? '')}</strong>${unlinked(row)} <span class="where">${name(row.organization ?? '(old system)')}</span></p>
<p class="amount">${money(cost, currency)}${estimated ? markup` <span class="fine" title="estimated">~</span>` : null} <span class="share">${formatShare(cost, spent)}</span></p>
${change === undefined || (change.current === '0' && change.previous === '0') ? NOTHING : markup`<p class="change">${money(change.difference, currency, { signed: true })} <b>${formatChange(change)}</b>${change.partial ? partialMark : null}</p>`}
${layer === undefined || layer.costs.length < LEAST_BARS ? NOTHING : drawSpark(layer.costs, layer.look)}</li>`;
    });
}

/** A project may have a row of bills and one of estimates; the largest first. */
function byProject(rows: readonly ReportRow[]) {
  return groupInto(rows, ({ projectId }) => [projectId])
    .map((group) => ({
      row: group[0],
      cost: group.every((each) => each.cost === null) ? null : sumOf(group),
      estimated: group.some((each) => each.estimated),
    }))
    .sort((a, b) => compare(parseDecimal(b.cost ?? '0'), parseDecimal(a.cost ?? '0')));
}

/** What changed most against the period before, either way. */
export function moversSection(page: SpendPage, currency: string, id: string): Html {
  const changes = page.changes.filter((each) => each.currency === currency && each.difference !== '0');
  const { current, previous } = page.compared;
  const head = markup`<h2 id="${id}-movers">What changed</h2><p class="fine">${shortSpan(current, previous)} against ${shortSpan(previous, current)}</p>`;
  if (changes.length === 0)
    return markup`<section class="movers" aria-labelledby="${id}-movers ${id}-currency">${head}<p class="none">Nothing that can be compared.</p></section>`;
  const shown = changes.slice(0, MOVERS);
  const most = absolute(parseDecimal(shown[0]?.difference ?? '0'));
  const rest = changes.slice(MOVERS);
  return markup`<section class="movers" aria-labelledby="${id}-movers ${id}-currency">${head}
<ol>${shown.map((change) => mover(change, most, page.causes.between))}</ol>
${rest.length === 0 ? NOTHING : markup`<p class="fine">${plural(rest.length, 'other project')}: ${money(sumText(rest.map((each) => each.difference)), currency, { signed: true })}</p>`}
</section>`;
}

function mover(change: ProjectChange, most: Decimal, causes: readonly Cause[]): Html {
  const { project, projectId, organization, currency, current, previous, partial } = change;
  const direction = change.difference.startsWith('-') ? 'down' : 'up';
  return markup`<li class="${direction}" data-mover="${projectId}"><span class="who"><span aria-hidden="true">${direction === 'up' ? '▲' : '▼'}</span> ${name(project)} <span class="where">${name(organization ?? '(old system)')}</span></span>
<span class="amount">${money(change.difference, currency, { signed: true })}</span><span class="percent">${formatChange({ current, previous })}${partial ? partialMark : null}</span>
<span class="bar"><i style="width:${portion(change.difference, most)}%"></i></span><span class="fine">${money(previous, currency)} → ${money(current, currency)}</span>${whyOf(causes, change)}</li>`;
}

/** What moved a project, in words; nothing where nothing tells. */
export function whyOf(
  causes: readonly Cause[],
  { projectId, currency }: { projectId: string; currency: string },
): Html {
  const own = causes.filter((cause) => cause.projectId === projectId);
  const reasons = reasonsOf({ causes: own }, currency, ['project']);
  return reasons.length === 0 ? NOTHING : markup`<span class="why">Why: <bdi>${reasons.join('; ')}</bdi></span>`;
}

export const partialMark = markup` <span class="partial" title="Days that one side lacks are left out of both.">°</span>`;

function sumText(amounts: readonly string[]): string {
  return formatDecimal(sum(amounts.map((amount) => parseDecimal(amount))));
}

/** Nobody tied it to a project of the team's. */
export function unlinked({ linked }: Pick<ReportRow, 'linked'>): Html {
  return linked === false
    ? markup` <span class="flag" title="It is not linked to a project of yours.">⚠ not linked</span>`
    : NOTHING;
}
