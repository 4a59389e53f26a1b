import { SQL, type Sql } from '../sql.js';
import type { Day } from '../../domain/day.js';
import { formatDecimal, parseDecimal, proportion, sum, type DecimalText } from '../../domain/decimal.js';
import { groupKey } from '../../domain/dimensions.js';
import { groupInto } from '../../domain/group-into.js';
import { addMeasures, TOKENS, type Measures } from '../../domain/report-columns.js';
import type { ReportRow } from '../../domain/report.js';
import { singleUnit } from '../../domain/single-units.js';
import { arrayLiteral } from '../array-literal.js';

/** What was used of a charge whose bill does not say it. */
export interface UsedQuantity {
  projectId: string;
  day: Day;
  lineItem: string;
  amount: DecimalText;
  unit: string;
}

/** Columns of a row of spend that measures are made of. */
export const MEASURE_COLUMNS = ['line_item', 'quantity', 'quantity_unit', 'token_type', 'list_cost'];

/**
 * Rows of spend with how much was used (`amount`, of the bill, else of collected usage) and what that counts (`unit`). A
 * quantity without a unit counts tokens where its token type says so; a cost for nothing at all has no quantity.
 */
export function measuredRows(rows: Sql, used: readonly UsedQuantity[]): Sql {
  const list = (pick: (each: UsedQuantity) => string) => SQL`${arrayLiteral(used.map(pick))}::text[]`;
  const tokens = SQL`CASE WHEN r.token_type LIKE '%tokens' THEN 'tokens' END`;
  return SQL`
    SELECT s.*, CASE WHEN s.amount <> 0 OR s.cost = 0 THEN s.told END AS unit FROM (
      SELECT r.*, coalesce(r.quantity, u.amount::numeric) AS amount,
             CASE WHEN r.quantity IS NULL THEN u.unit ELSE coalesce(r.quantity_unit, ${tokens}) END AS told
      FROM (${rows}) r
      LEFT JOIN unnest(${list(({ projectId }) => projectId)}, ${list(({ day }) => day)}, ${list(({ lineItem }) => lineItem)}, ${list(({ amount }) => amount)}, ${list(({ unit }) => unit)})
        AS u (project_id, day, line_item, amount, unit)
        ON NOT r.estimated AND r.quantity IS NULL AND u.project_id = r.project_id AND u.day::timestamp = r.day AND u.line_item = r.line_item
    ) s`;
}

/** What rows are added up by besides, so that unlike quantities stay apart … */
export const MEASURE_KEYS = [SQL`r.token_type AS of_type`, SQL`r.unit`];

/** … and what is added. */
export const ADDED_MEASURES = SQL`, sum(r.amount) AS amount, sum(coalesce(r.list_cost, r.cost)) AS list_cost`;

/** Measures of rows `c` that were added up so, a unit each, as `inOneRow` takes them. */
export function selectMeasures(): Sql[] {
  const amount = (...types: string[]) => {
    const those = types.length === 0 ? SQL.empty : SQL`FILTER (WHERE c.of_type LIKE ANY (${types}::text[]))`;
    return SQL`trim_scale(coalesce(sum(c.amount) ${those}, 0))::text`;
  };
  // Of what goes into a model, what was read from a cache is not what was written into one.
  const cached = amount('cached%input_tokens', 'cache_read%input_tokens');
  return [
    SQL`c.unit, ${amount()} AS amount, ${amount('%input_tokens')} AS input, ${cached} AS cached`,
    SQL`trim_scale(sum(c.list_cost))::text AS "listCost"`,
  ];
}

/** A row of one unit. */
export type UnitRow = ReportRow & { unit: string | null; amount: string; input: string; cached: string };

/** Rows of one group, a unit each, become one. What is unknown has no measures. */
export function inOneRow(rows: readonly UnitRow[]): ReportRow[] {
  return groupInto(rows, (row) => [groupKey(row), row.estimated, row.cost === null]).map((parts) => {
    const { unit: _unit, amount: _amount, input: _input, cached: _cached, listCost: _listCost, ...row } = parts[0];
    if (row.cost === null) return row;
    const measures = addMeasures(parts.map(measuresOf));
    const cost = formatDecimal(sum(parts.map((each) => parseDecimal(each.cost ?? '0'))));
    return { measures, ...row, cost };
  });
}

/** What is counted in thousands is counted one by one, so that a unit has one name. */
function measuresOf({ unit, amount, input, cached, cost, listCost }: UnitRow): Measures {
  const { count, name } = singleUnit(unit ?? '');
  const times = (quantity: string) => formatDecimal(proportion(parseDecimal(quantity), count));
  const isTokens = name === TOKENS;
  return {
    counted: [{ unit: unit === null ? null : name, quantity: times(amount), cost: cost ?? '0' }],
    input: isTokens ? times(input) : '0',
    cached: isTokens ? times(cached) : '0',
    listCost: listCost ?? '0',
  };
}
