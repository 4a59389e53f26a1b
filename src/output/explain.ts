import type { Explanation, ExplainedRow } from '../domain/explanation.js';
import { absolute, compare, parseDecimal } from '../domain/decimal.js';
import { EFFECTS, type Effect } from '../domain/effects.js';
import type { GroupWord } from '../domain/dimensions.js';
import { distinctNames } from './distinct-names.js';
import { formatChange, formatMoney } from './format.js';
import type { Output } from './output.js';
import { capital } from '../domain/words.js';
import { NO_COVERAGE, othersName, projectMarks, viewOf } from './report-words.js';
import { renderRoomyTable, type Column, type TableContent } from './table.js';
import { HALF_A_CENT } from './why.js';

type Line = Pick<ExplainedRow, 'now' | 'before' | 'difference' | 'effects' | 'currency'>;

/** What the effects mean, as far as they occur. */
const MEANINGS = {
  volume: 'how much was used',
  price: 'the price per unit',
  mix: 'other models or tiers for the same work',
  new: 'what was not there before',
  gone: 'what is not there any more',
  other: 'credits, corrections, and what has no quantity',
};

type Effects = ExplainedRow['effects'];

/** How the effects of a row are shown. */
interface EffectCells {
  columns: Column[];
  cells: (effects: Effects) => string[];
}

/** The sentence, then each row with its effects, which add up. */
export function renderExplanation(told: Explanation, groupBy: readonly GroupWord[], output: Output): string {
  if (told.rows.length === 0) return told.sentence;
  const shown = EFFECTS.filter(
    (effect) =>
      told.totals.length > 0 && [...told.rows, ...(told.others ?? [])].some((row) => isAmount(row.effects[effect])),
  );
  const tableWith = (effects: EffectCells) => tableOf(told, groupBy, effects);
  const meanings = shown.map((effect) => `${effect}: ${MEANINGS[effect]}`).join('; ');
  return [
    told.sentence,
    '',
    renderRoomyTable(tableWith(columnEach(shown)), () => tableWith(inOneColumn(shown)), output),
    ...(meanings === '' ? [] : [output.style.dim(`${meanings}.`)]),
    ...projectMarks(told.rows.map(asRow), output.style),
  ].join('\n');
}

function tableOf(told: Explanation, groupBy: readonly GroupWord[], effects: EffectCells): TableContent {
  const views = groupBy.map((word) => viewOf(word, groupBy));
  const currency = told.totals.length === 1 ? told.totals[0]?.currency : undefined;
  const names = views.flatMap(({ columns }) => columns);
  const line = (cells: readonly string[], row: Line): string[] => [
    ...cells,
    ...names.slice(cells.length).map(() => ''),
    formatMoney(row.before),
    formatMoney(row.now),
    currency === undefined ? row.currency : '',
    formatMoney(row.difference, { signed: true }),
    formatChange({ current: row.now, previous: row.before }),
    ...effects.cells(row.effects),
  ];
  const columns: Column[] = [
    ...names,
    { ...right('Before'), lesser: 'difference' },
    right(currency === undefined ? 'Now' : `Now ${currency}`),
    { head: currency === undefined ? 'Currency' : '' },
    right('Change'),
    { ...right(''), lesser: 'share' },
    ...effects.columns,
  ];
  const named = (row: ExplainedRow) => views.flatMap(({ cells }) => cells(asRow(row), NO_COVERAGE));
  const rows = [
    ...told.rows.map(distinctNames(told.rows)).map((row) => line(named(row), row)),
    ...(told.others ?? []).map((each) => line([othersName(each.rows)], each)),
    ...told.totals.map((each) => line(['Total'], each)),
  ];
  return [columns, rows];
}

/** As reports have it; what is only estimated is not explained. */
function asRow(row: ExplainedRow) {
  return { ...row, cost: row.now, estimated: false };
}

function columnEach(shown: readonly Effect[]): EffectCells {
  return {
    columns: shown.map((effect) => right(capital(effect))),
    cells: (effects) => shown.map((effect) => (isAmount(effects[effect]) ? amountOf(effects, effect) : '')),
  };
}

/** The largest first, for a terminal that has no room for a column each. */
function inOneColumn(shown: readonly Effect[]): EffectCells {
  const size = (amount: string) => absolute(parseDecimal(amount));
  return {
    columns: [{ head: 'Effects' }],
    cells: (effects) => [
      shown
        .filter((effect) => isAmount(effects[effect]))
        .sort((a, b) => compare(size(effects[b]), size(effects[a])))
        .map((effect) => `${effect} ${amountOf(effects, effect)}`)
        .join(', '),
    ],
  };
}

function right(head: string): Column {
  return { head, align: 'right' };
}

function amountOf(effects: Effects, effect: Effect): string {
  return formatMoney(effects[effect], { signed: true });
}

/** What rounds to nothing would only be noise in a column; the JSON document has it to the last digit. */
function isAmount(amount: string): boolean {
  return absolute(parseDecimal(amount)) >= HALF_A_CENT;
}
