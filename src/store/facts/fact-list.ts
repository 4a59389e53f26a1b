import type { Decimal } from '../../domain/decimal.js';
import { SQL, type Sql } from '../sql.js';

/** What every row has besides its columns. */
export interface Fact {
  /** Inclusive. */
  bucketStart: Date;
  /** Exclusive. */
  bucketEnd: Date;
  /** The provider's id; of estimates, which are made from our own rows, it is ours. */
  providerProjectId: string;
}

/** Columns and the properties they are filled from. */
type Columns<Row> = Readonly<Record<string, keyof Row>>;

/** A kind of row that a window replaces day by day: all that `replaceDays` and the guard need to know of it. */
export interface FactList<Row extends Fact = Fact> {
  table: 'cost_data' | 'usage_data' | 'cost_by_api_key';
  /** Columns with one value for all rows of the list; rows with another value are never seen or touched. */
  constants: Readonly<Record<string, string>>;
  /** Text columns that tell rows of one project and bucket apart, never null: what a row does not say is the empty text. */
  key: Columns<Row>;
  /** Columns of the table's unique index besides project, bucket and key. */
  alsoUnique: readonly string[];
  /** Text columns that may change. */
  texts: Columns<Row>;
  /** Decimal columns; the first is the amount that is guarded and recorded, and is never null. */
  amounts: Columns<Row>;
  /** A column of the key whose values are reported apart from one another, each day of each by itself. */
  part: { column: string; of: (row: Row) => string } | null;
  /** Whether changes to days that had been read are kept in `restatements`. Needs `line_item`, `currency` and `model`. */
  ledger: boolean;
  guard: {
    /** Columns within which amounts may be added up, and their values in words that follow an amount, joined by " of ". */
    columns: readonly string[];
    of: (row: Row) => string;
    amount: (row: Row) => Decimal;
    /** Whether each of them must survive on a settled day by itself, and not only the day as a whole. */
    alone: boolean;
  };
}

/** A comma-separated list of columns, each behind an alias. */
export function columnList(columns: readonly string[], alias = ''): Sql {
  return SQL.raw(columns.map((column) => `${alias}${column}`).join(', '));
}

export function keyColumns(list: FactList<never>): string[] {
  return ['project_id', 'bucket_start_time', 'bucket_end_time', ...Object.keys(list.key)];
}

export function valueColumns(list: FactList<never>): string[] {
  return [...Object.keys(list.amounts), ...Object.keys(list.texts)];
}

/** The column that is guarded and recorded. */
export function amountColumn(list: FactList<never>): string {
  return Object.keys(list.amounts)[0] ?? '';
}
