import type { Explanation, ExplainedRow } from '../domain/explanation.js';
import { absolute, parseDecimal } from '../domain/decimal.js';
import { EFFECTS } from '../domain/effects.js';
import type { GroupWord } from '../domain/dimensions.js';
import { distinctProjects } from './distinct-projects.js';
import { formatChange, formatMoney } from './format.js';
import type { Output } from './output.js';
import { NO_COVERAGE, othersName, viewOf } from './report-words.js';
import { renderTable, type Column } from './table.js';
import { HALF_A_CENT } from './why.js';
import { fitLines } from './wrap.js';

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

/** The sentence, then each row with its effects, which add up. */
export function renderExplanation(told: Explanation, groupBy: readonly GroupWord[], output: Output): string {
  if (told.rows.length === 0) return told.sentence;
  const views = groupBy.map((word) => viewOf(word, groupBy));
  const currency = told.totals.length === 1 ? told.totals[0]?.currency : undefined;
  const names = views.flatMap(({ columns }) => columns);
  const shown = EFFECTS.filter(
    (effect) =>
      told.totals.length > 0 && [...told.rows, ...(told.others ?? [])].some((row) => isAmount(row.effects[effect])),
  );
  const line = (cells: readonly string[], row: Line): string[] => [
    ...cells,
    ...names.slice(cells.length).map(() => ''),
    formatMoney(row.before),
    formatMoney(row.now),
    currency === undefined ? row.currency : '',
    formatMoney(row.difference, { signed: true }),
    formatChange({ current: row.now, previous: row.before }),
    ...shown.map((effect) => (isAmount(row.effects[effect]) ? formatMoney(row.effects[effect], { signed: true }) : '')),
  ];
  const right = (head: string): Column => ({ head, align: 'right' });
  const table = renderTable(
    [
      ...names,
      { ...right('Before'), lesser: 'difference' },
      right(currency === undefined ? 'Now' : `Now ${currency}`),
      { head: currency === undefined ? 'Currency' : '' },
      right('Change'),
      { ...right(''), lesser: 'share' },
      ...shown.map((effect) => right(effect.replace(/^./, (letter) => letter.toUpperCase()))),
    ],
    [
      ...told.rows.map(distinctProjects(told.rows)).map((row) =>
        line(
          views.flatMap(({ cells }) => cells({ ...row, cost: row.now, estimated: false }, NO_COVERAGE)),
          row,
        ),
      ),
      ...(told.others ?? []).map((each) => line([othersName(each.rows)], each)),
      ...told.totals.map((each) => line(['Total'], each)),
    ],
    output,
  );
  const meanings = shown.map((effect) => `${effect}: ${MEANINGS[effect]}`).join('; ');
  const lines = [told.sentence, '', table, ...(meanings === '' ? [] : [output.style.dim(`${meanings}.`)])];
  return fitLines(lines.join('\n'), output.width);
}

/** What rounds to nothing would only be noise in a column; the JSON document has it to the last digit. */
function isAmount(amount: string): boolean {
  return absolute(parseDecimal(amount)) >= HALF_A_CENT;
}
