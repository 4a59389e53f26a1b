import { absolute, parseDecimal, ZERO, type Decimal } from '../../domain/decimal.js';
import { dimensionOf } from '../../domain/dimensions.js';
import type { ReportRow } from '../../domain/report.js';
import { spentOf, sumOf } from '../../domain/report-order.js';
import { BREAKDOWN_WORDS, type BreakdownWord, type SpendPage } from '../../domain/spend-page.js';
import { formatShare } from '../format.js';
import { plural } from '../../domain/words.js';
import { drillDowns, perMillion } from './drill-down.js';
import { money, portion, titlesOf } from './figures.js';
import { markup, name, NOTHING, type Html } from './html.js';
import { unlinked } from './summary.js';
import { groupBy } from '../../domain/group-into.js';

const SHOWN = 8;
const TITLES: Record<BreakdownWord, string> = {
  project: 'Project',
  organization: 'Organization',
  model: 'Model',
  'line-item': 'Line item',
  'api-key': 'API key',
};

/** Where the money went, in several ways: the rows of as many reports, the largest first. One that tells nothing apart is left out. */
export function breakdownsSection(page: SpendPage, currency: string, id: string): Html {
  const told = BREAKDOWN_WORDS.filter((word) =>
    page.breakdowns[word].some((row) => row.currency === currency && row[dimensionOf(word).key] !== null),
  );
  return markup`<section aria-labelledby="${id}-breakdowns ${id}-currency"><h2 id="${id}-breakdowns">Where it went</h2>
<div class="breakdowns">${told.map((word) => breakdown(page, word, currency))}</div></section>`;
}

function breakdown(page: SpendPage, word: BreakdownWord, currency: string): Html {
  const rows = page.breakdowns[word].filter((row) => row.currency === currency);
  const spent = spentOf(rows);
  const largest = rows.reduce((most, { cost }) => larger(most, parseDecimal(cost ?? '0')), ZERO);
  const shown = rows.length > SHOWN + 1 ? rows.slice(0, SHOWN) : rows;
  const rest = rows.slice(shown.length);
  const detailsOf = detailsBy(page, word);
  const below = word === 'project' ? drillDowns(page, rows) : () => NOTHING;
  const line = (row: ReportRow) =>
    breakdownRow(
      titlesOf(word, row, page.report),
      row,
      { spent, largest },
      {
        price: perMillion(detailsOf(row)),
        below: below(row),
      },
    );
  return markup`<div class="breakdown" data-report="${word}" data-currency="${currency}"><h3>${TITLES[word]}</h3>
<ul>${shown.map(line)}</ul>
${
  rest.length === 0
    ? NOTHING
    : markup`<details><summary><span>${plural(rest.length, 'other')}</span>${money(sumOf(rest), currency)}<span class="share">${formatShare(sumOf(rest), spent)}</span></summary><ul>${rest.map(line)}</ul></details>`
}</div>`;
}

function breakdownRow(
  [title = '', where = '']: readonly string[],
  row: ReportRow,
  { spent, largest }: { spent: Decimal; largest: Decimal },
  { price, below }: { price: Html; below: Html },
): Html {
  const negative = row.cost?.startsWith('-') === true;
  const line = markup`<span class="who">${name(title)}${unlinked(row)}${where === '' ? null : markup` <span class="where">${name(where)}</span>`}${row.estimated ? estimatedMark : null}${price}</span>
${money(row.cost, row.currency)}<span class="share">${formatShare(row.cost, spent)}</span><span class="bar"><i${negative ? credit : null} style="width:${portion(row.cost, largest)}%"></i></span>`;
  return below === NOTHING
    ? markup`<li>${line}</li>`
    : markup`<li class="drill"><details><summary>${line}</summary>${below}</details></li>`;
}

/** The rows of the details behind each row of a breakdown, where it is made of the same. */
function detailsBy(page: SpendPage, word: BreakdownWord): (row: ReportRow) => ReportRow[] {
  const { key } = dimensionOf(word);
  const partOf = (row: ReportRow) => JSON.stringify([row[key], row.currency, row.estimated]);
  const isMade = word === 'project' || word === 'model' || word === 'line-item';
  const parts = groupBy(isMade ? page.details.byLineItem : [], partOf);
  return (row) => parts.get(partOf(row)) ?? [];
}

const credit = markup` class="credit"`;
export const estimatedMark = markup` <span class="flag" title="An estimate: usage or rows of the old system, where no bill exists.">~ estimated</span>`;

function larger(a: Decimal, b: Decimal): Decimal {
  return absolute(b) > a ? absolute(b) : a;
}
