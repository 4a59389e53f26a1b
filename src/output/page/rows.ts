import { parseDecimal, proportion, subtract, ZERO } from '../../domain/decimal.js';
import type { ComparedRow, Report, ReportRow } from '../../domain/report.js';
import type { ColumnFigures } from '../../domain/report-columns.js';
import type { SpendPage } from '../../domain/spend-page.js';
import { spentByCurrency } from '../../domain/report-order.js';
import { difference, formatChange, formatShare, isCompared } from '../format.js';
import { plural } from '../../domain/words.js';
import { figureViews } from '../report-figures.js';
import { othersName, viewOf } from '../report-words.js';
import { estimatedMark } from './breakdowns.js';
import { money, shortSpan, titlesOf } from './figures.js';
import { markup, name, NOTHING, type Html } from './html.js';
import { ROWS_SHOWN } from './style.js';
import { partialMark, unlinked } from './summary.js';

type Sums = Pick<ReportRow, 'currency' | 'cost' | 'compared'> & ColumnFigures;

interface Column {
  head: string;
  /** Where a phone puts it; all but names and the currency are numbers. */
  place: 'name' | 'cost' | 'currency' | 'figure' | 'share' | 'difference' | 'change';
  cell: (row: ReportRow) => Html;
  /** What it is ordered by; unknown comes last either way. */
  value: (row: ReportRow) => string | bigint | null;
}

/** The rows of the report as it was asked for, to be searched and put into another order. */
export function rowsSection(page: SpendPage): Html {
  const { report } = page;
  const columns = columnsOf(page);
  const ranks = columns.map(({ value }) => rank(report.rows.map(value)));
  const grouped = report.groupBy.join(', ').replace('line-item', 'line item');
  return markup`<section class="rows" aria-labelledby="rows"><div class="section-head"><h2 id="rows">${report.others === undefined ? 'All rows' : 'Rows'} by ${grouped}</h2>
<label class="search"><span>Search</span><input type="search" id="search" autocomplete="off" spellcheck="false" aria-controls="report"></label></div>
<p class="fine" id="count" role="status" data-total="${report.rows.length}">${plural(report.rows.length, 'row')}</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="rows"><table class="figures" id="report" data-report="${report.groupBy.join(',')}">
<thead><tr>${columns.map(
    ({ head, place }) =>
      markup`<th scope="col" class="${classOf(place)}" aria-sort="none"><button type="button">${head}</button></th>`,
  )}</tr></thead>
<tbody>${report.rows.map(
    (row, index) =>
      markup`<tr>${columns.map((column, place) => cellOf(column, row, ranks[place]?.[index] ?? ''))}</tr>`,
  )}</tbody>
<tfoot>${footRows(report, columns)}</tfoot></table></div>
${report.rows.length > ROWS_SHOWN ? markup`<label class="unfold"><input type="checkbox" id="unfold"> Show all ${plural(report.rows.length, 'row')}</label>` : NOTHING}</section>`;
}

function classOf(place: Column['place']): string {
  return place === 'name' || place === 'currency' ? place : `${place} number`;
}

function cellOf({ head, cell, place }: Column, row: ReportRow, rank: number | string | null): Html {
  return markup`<td class="${classOf(place)}"${place === 'figure' ? markup` data-head="${head}"` : null}${rank === null ? null : markup` data-rank="${rank}"`}>${cell(row)}</td>`;
}

/** What --top left out, and the totals, which are those of all rows. */
function footRows({ others = [], totals }: Report, columns: readonly Column[]): Html[] {
  const figures = columns.filter(({ place }) => place !== 'name');
  const line = (title: string, sums: Sums) =>
    markup`<tr><th scope="row" colspan="${columns.length - figures.length}">${title}</th>${figures.map((column) => cellOf(column, { ...sums, estimated: false }, null))}</tr>`;
  return [
    ...others.map(({ rows, ...sums }) => line(othersName(rows), sums)),
    ...totals.map((total) => line('Total', total)),
  ];
}

function columnsOf({ report, compared }: SpendPage): Column[] {
  const names = report.groupBy.flatMap((word): Column[] => {
    const view = viewOf(word);
    return view.columns.map(({ head }, index) => {
      const text = (row: ReportRow) => titlesOf(word, row, report)[index] ?? '';
      const flag = (row: ReportRow) => (word === 'project' && index === 0 ? unlinked(row) : NOTHING);
      return { head, place: 'name', cell: (row) => markup`${name(text(row))}${flag(row)}`, value: text };
    });
  });
  const spent = spentByCurrency(report);
  const cost = (row: ReportRow) => (row.cost === null ? null : parseDecimal(row.cost));
  const shareOf = (row: ReportRow) => formatShare(row.cost, spent.get(row.currency) ?? ZERO);
  return [
    ...names,
    {
      head: 'Cost',
      place: 'cost',
      value: cost,
      cell: (row) => markup`${money(row.cost, row.currency)}${row.estimated ? estimatedMark : null}`,
    },
    {
      head: 'Currency',
      place: 'currency',
      value: ({ currency }) => currency,
      cell: ({ currency }) => markup`${currency}`,
    },
    ...figureViews(report)
      .filter(({ cell }) => report.rows.some((row) => cell(row) !== ''))
      .map(({ head, value, cell }): Column => ({
        head,
        place: 'figure',
        value: (row) => {
          const found = value(row);
          return found === null ? null : parseDecimal(found);
        },
        cell: (row) => {
          // One unit, so that the columns behind it have room; the others are in its title.
          const [first, all] = [cell(row, 1), cell(row, Infinity)];
          return first === all ? markup`${all}` : markup`<span title="${all}">${first}</span>`;
        },
      })),
    { head: 'Share', place: 'share', value: cost, cell: (row) => markup`${shareOf(row)}` },
    ...(report.comparedWith === undefined ? [] : changeColumns(shortSpan(compared.previous, compared.current))),
  ];
}

function changeColumns(before: string): Column[] {
  return [
    {
      head: `vs ${before}`,
      place: 'difference',
      value: ({ compared: found }) => (found === undefined ? null : parseDecimal(difference(found))),
      cell: ({ compared: found, currency }) => {
        if (found === undefined) return NOTHING;
        return markup`${isCompared(found) ? money(difference(found), currency, { signed: true }) : null}${found.partial ? partialMark : null}`;
      },
    },
    {
      head: 'Change',
      place: 'change',
      value: ({ compared }) => ratio(compared),
      cell: ({ compared }) => markup`${compared === undefined ? '' : formatChange(compared)}`,
    },
  ];
}

/** Ten-thousandths, what is new above all; none of what had credits before. */
function ratio(row: ComparedRow | undefined): bigint | null {
  if (row === undefined) return null;
  const [now, before] = [parseDecimal(row.current), parseDecimal(row.previous)];
  if (before <= ZERO) return before === ZERO && now > ZERO ? 10n ** 60n : null;
  return proportion(subtract(now, before), 10_000n, before);
}

/** Each value's place in order, so that a browser, which knows no exact decimals, can sort them; empty for what is unknown. */
function rank(values: readonly (string | bigint | null)[]): (number | null)[] {
  const known = [...new Set(values.filter((value) => value !== null))].sort(inOrder);
  const places = new Map(known.map((value, place) => [value, place]));
  return values.map((value) => (value === null ? null : (places.get(value) ?? null)));
}

function inOrder(a: string | bigint, b: string | bigint): number {
  if (typeof a === 'string' && typeof b === 'string') return a.localeCompare(b, 'en', { numeric: true });
  return a < b ? -1 : a > b ? 1 : 0;
}
