import { Prisma } from '../../generated/prisma/client.js';
import type { Measures } from '../../domain/report-columns.js';
import { CACHED_INPUT_TOKENS, INPUT_TOKENS } from '../../domain/token-types.js';

/** Columns of a row of spend `r` that measures are made of. */
export const MEASURE_COLUMNS = ['quantity', 'quantity_unit', 'token_type', 'list_cost'];

/** A quantity without a unit counts tokens where its token type says so; else nobody knows what it counts. */
const UNIT = Prisma.sql`CASE WHEN r.quantity IS NOT NULL THEN
  coalesce(r.quantity_unit, CASE WHEN r.token_type LIKE '%tokens' THEN 'tokens' END) END`;

/** What rows are added up by besides, so that unlike quantities stay apart … */
export const MEASURE_KEYS = [Prisma.sql`r.token_type AS of_type`, Prisma.sql`${UNIT} AS unit`];

/** … and what is added. */
export const ADDED_MEASURES = Prisma.sql`, sum(r.quantity) AS quantity, sum(coalesce(r.list_cost, r.cost)) AS list_cost,
  bool_or(${UNIT} IS NULL AND r.cost <> 0) AS lacking`;

/** Measures of rows `c` that were added up so, as `toMeasures` takes them. */
export function selectMeasures(): Prisma.Sql[] {
  const isOneOf = (types: readonly string[]) => Prisma.sql`FILTER (WHERE c.of_type = ANY (${[...types]}::text[]))`;
  const isInput = isOneOf(INPUT_TOKENS);
  return [
    Prisma.sql`trim_scale(coalesce(sum(c.quantity), 0))::text AS quantity, array_agg(DISTINCT c.unit) AS units, bool_or(c.lacking) AS lacking`,
    Prisma.sql`trim_scale(coalesce(sum(c.quantity) ${isInput}, 0))::text AS input, array_agg(DISTINCT c.unit) ${isInput} AS "inputUnits"`,
    Prisma.sql`bool_or(c.lacking) ${isInput} AS "inputLacking"`,
    Prisma.sql`trim_scale(coalesce(sum(c.quantity) ${isOneOf(CACHED_INPUT_TOKENS)}, 0))::text AS cached`,
    Prisma.sql`trim_scale(sum(c.list_cost))::text AS "listCost"`,
  ];
}

export interface MeasuredColumns {
  quantity: string;
  units: (string | null)[] | null;
  lacking: boolean | null;
  input: string;
  inputUnits: (string | null)[] | null;
  inputLacking: boolean | null;
  cached: string;
  listCost: string | null;
}

/** A row whose measures were selected, with them in one piece. */
export function toMeasured<Row extends MeasuredColumns>(
  row: Row,
): Omit<Row, keyof MeasuredColumns> & { measures: Measures } {
  const { quantity, units, lacking, input, inputUnits, inputLacking, cached, listCost, ...rest } = row;
  const counted = (amount: string, told: typeof units, isLacking: typeof lacking) => ({
    quantity: amount,
    units: (told ?? []).filter((unit) => unit !== null),
    lacking: isLacking ?? false,
  });
  return {
    ...rest,
    measures: {
      all: counted(quantity, units, lacking),
      input: counted(input, inputUnits, inputLacking),
      cached,
      listCost,
    },
  };
}
