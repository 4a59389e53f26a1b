import { compare, formatDecimal, parseDecimal, sum, type Decimal } from '../../domain/decimal.js';
import { dimensionOf, type DimensionWord } from '../../domain/dimensions.js';
import { groupBy, groupInto } from '../../domain/group-into.js';
import { addMeasures, figuresOf, TOKENS } from '../../domain/report-columns.js';
import type { ReportRow } from '../../domain/report.js';
import type { SpendPage } from '../../domain/spend-page.js';
import { plural } from '../../domain/words.js';
import { formatMoney } from '../format.js';
import { titlesOf } from './figures.js';
import { markup, name, NOTHING, type Html } from './html.js';

/** So many stand below one; the others are added up. */
const MOST_BELOW = 6;

/** What a part of a project's spend is called, and what is below it. */
interface Detail {
  title: string;
  rows: readonly ReportRow[];
  cost: Decimal;
  below: Detail[];
  /** What of `below` is told: other models, line items or API keys. */
  ofKeys: boolean;
}

/** So many parts of a page can be unfolded, those of the most expensive projects first: a year is a file of little more than a megabyte. */
const MOST_PARTS = 1000;

/** Projects' spend by model, line item and API key, to be unfolded one below the other; nothing for one that has no parts. */
export function drillDowns(page: SpendPage, projects: readonly ReportRow[]): (project: ReportRow) => Html {
  const keyOf = ({ projectId, currency, estimated }: ReportRow) => JSON.stringify([projectId, currency, estimated]);
  const known = (rows: readonly ReportRow[]) =>
    groupBy(
      rows.filter(({ cost }) => cost !== null),
      keyOf,
    );
  const [rows, keyed] = [known(page.details.byLineItem), known(page.details.byKey)];
  const shown = new Map<string, Html>();
  let parts = 0;
  for (const project of projects) {
    const key = keyOf(project);
    const own = partsOf(page, rows.get(key) ?? [], keyed.get(key) ?? [], ['model', 'line-item']);
    parts += countOf(own.below);
    if (parts > MOST_PARTS) break;
    shown.set(key, list(own.below, own.ofKeys));
  }
  return (project) => shown.get(keyOf(project)) ?? NOTHING;
}

function countOf(details: readonly Detail[]): number {
  return details.reduce((count, { below }) => count + 1 + countOf(below), 0);
}

/**
 * API keys stand where they add up to what they stand below: a bill tells them by line item, another report may tell them by
 * model or by project alone.
 */
function partsOf(
  page: SpendPage,
  rows: readonly ReportRow[],
  keyed: readonly ReportRow[],
  [word, ...words]: readonly DimensionWord[],
): Pick<Detail, 'below' | 'ofKeys'> {
  const below =
    word === undefined
      ? []
      : detailsBy(page, rows, word).map((detail) => {
          const { key } = dimensionOf(word);
          const own = keyed.filter((row) => row[key] === detail.rows[0]?.[key]);
          return { ...detail, ...partsOf(page, detail.rows, own, words) };
        });
  const hasKeys = (each: Detail): boolean => each.ofKeys || each.below.some(hasKeys);
  const keys = keyed.some(({ apiKeyId }) => apiKeyId != null) ? detailsBy(page, keyed, 'api-key') : [];
  if (keys.length === 0 || below.some(hasKeys) || costOf(keyed) !== costOf(rows)) return { below, ofKeys: false };
  return word === undefined || below.length === 0
    ? { below: keys, ofKeys: true }
    : {
        below: [...below, { title: 'By API key', rows, cost: costOf(rows), below: keys, ofKeys: true }],
        ofKeys: false,
      };
}

/** The largest first. */
function detailsBy(page: SpendPage, rows: readonly ReportRow[], word: DimensionWord): Detail[] {
  return groupInto(rows, (row) => [row[dimensionOf(word).key]])
    .map((part) => ({
      ...{ title: titlesOf(word, part[0], page.report)[0] ?? '', rows: part, cost: costOf(part) },
      ...{ below: [], ofKeys: false },
    }))
    .sort((a, b) => compare(b.cost, a.cost));
}

function costOf(rows: readonly ReportRow[]): Decimal {
  return sum(rows.map(({ cost }) => parseDecimal(cost ?? '0')));
}

function list(details: readonly Detail[], ofKeys: boolean): Html {
  if (details.length === 0) return NOTHING;
  const shown = details.length > MOST_BELOW + 1 ? details.slice(0, MOST_BELOW) : details;
  const rest = details.slice(shown.length);
  const others =
    rest.length === 0
      ? NOTHING
      : markup`<li><span class="who">${plural(rest.length, 'other')}</span>${amount(sum(rest.map(({ cost }) => cost)))}</li>`;
  return markup`<ul class="below"${ofKeys ? byKey : null}>${shown.map((detail) => item(detail))}${others}</ul>`;
}

const byKey = markup` aria-label="by API key"`;

function item(detail: Detail): Html {
  const line = markup`<span class="who">${name(detail.title)}${perMillion(detail.rows)}</span>${amount(detail.cost)}`;
  if (detail.below.length === 0) return markup`<li>${line}</li>`;
  return markup`<li><details><summary>${line}</summary>${list(detail.below, detail.ofKeys)}</details></li>`;
}

/** As `money`, but for the exact value where it is pointed at: there are a thousand of these. */
function amount(cost: Decimal): Html {
  const exact = formatDecimal(cost);
  return markup`<data class="money" value="${exact}">${formatMoney(exact)}</data>`;
}

/** What a million tokens of some rows cost, where they count any. */
export function perMillion(rows: readonly ReportRow[]): Html {
  const { units = [] } = figuresOf(addMeasures(rows.flatMap(({ measures }) => measures ?? [])), ['per-1m']);
  const tokens = units.find(({ unit }) => unit === TOKENS);
  if (tokens?.perMillion == null) return NOTHING;
  return markup` <small>${formatMoney(tokens.perMillion)} per 1M tokens</small>`;
}
