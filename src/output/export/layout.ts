import type { Decimal } from '../../domain/decimal.js';
import type { ExportRow } from '../../domain/export.js';
import { similarTo } from '../../domain/similar.js';
import { CostsError } from '../../errors.js';

/** What a column holds, which is how files that know types keep it. */
export type ColumnType = 'text' | 'amount' | 'quantity' | 'day' | 'time' | 'flag';
export type Value = string | Decimal | Date | boolean | null;

export interface Column<Source> {
  name: string;
  type: ColumnType;
  value: (source: Source) => Value;
}

/** The columns of a file of rows, and what a row has in them. */
export interface Layout {
  columns: readonly { name: string; type: ColumnType }[];
  valuesOf: (row: ExportRow) => Value[];
  /** An instant as text, where a file knows no other. */
  writeTime: (time: Date) => string;
}

interface LayoutParts<Source> {
  columns: readonly Column<Source>[];
  /** What the columns of a row are made from. */
  read: (row: ExportRow) => Source;
  writeTime: Layout['writeTime'];
}

/**
 * Lays out columns, all of them or those that are named, in the order of their names.
 * @throws CostsError `usage` for a name that no column has
 */
export function layOut<Source>({ columns, read, writeTime }: LayoutParts<Source>, names?: readonly string[]): Layout {
  const chosen = names === undefined ? columns : choose(columns, names);
  return {
    columns: chosen,
    writeTime,
    valuesOf: (row) => {
      const source = read(row);
      return chosen.map(({ value }) => value(source));
    },
  };
}

/** The columns that people name, in their order and without regard to case, each once. */
export function choose<Named extends { name: string }>(columns: readonly Named[], names: readonly string[]): Named[] {
  const found = names.map((name) => {
    const column = columns.find((each) => each.name.toLowerCase() === name.trim().toLowerCase());
    if (column !== undefined) return column;
    const all = columns.map((each) => each.name);
    const similar = similarTo(name.trim(), all);
    throw new CostsError('usage', `There is no column "${name.trim()}".`, {
      hint: similar.length > 0 ? `Did you mean ${similar.join(', ')}?` : `Columns are ${all.join(', ')}.`,
    });
  });
  return [...new Set(found)];
}
