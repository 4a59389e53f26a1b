import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { SCALE } from '../../domain/decimal.js';
import type { ExportRow } from '../../domain/export.js';
import { CostsError } from '../../errors.js';
import { printable } from '../gate.js';
import type { ColumnType, Layout, Value } from './layout.js';
import type { RowWriter, Sink } from './sink.js';

/** Rows of a group: enough to compress well, few enough that memory stays flat. */
const GROUP = 10_000;

const PRECISION = 38;
/** Digits behind the point, the same whatever the data: amounts leave ten before it, and a day's tokens take more. */
const SCALES = { amount: 28, quantity: 22 } as const;

const DECIMAL = {
  type: 'FIXED_LEN_BYTE_ARRAY',
  type_length: 16,
  converted_type: 'DECIMAL',
  precision: PRECISION,
} as const;
const STORED: Record<ColumnType, Omit<SchemaElement, 'name'>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  amount: { ...DECIMAL, scale: SCALES.amount },
  quantity: { ...DECIMAL, scale: SCALES.quantity },
  day: { type: 'INT32', converted_type: 'DATE' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  flag: { type: 'BOOLEAN' },
};

/**
 * Writes rows as Parquet: dictionaries, snappy, a group of rows at a time. Nothing in it depends on when or where it was
 * written, so that the same rows are the same bytes.
 * @throws CostsError `failed` that names a row with an amount that its column cannot hold
 */
export function writeParquet({ columns, valuesOf }: Layout, sink: Sink): RowWriter {
  const bytes = new ByteWriter();
  const flush = async () => {
    const chunk = bytes.getBytes().slice();
    bytes.index = 0;
    if (chunk.length > 0) await sink(chunk);
  };
  const schema: SchemaElement[] = [
    { name: 'costs', num_children: columns.length },
    ...columns.map(({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...STORED[type] })),
  ];
  const writer = new ParquetWriter({ writer: bytes, schema, codec: 'SNAPPY', createdBy: 'costs' });
  let group: unknown[][] = columns.map(() => []);
  const writeGroup = async () => {
    const size = group[0]?.length ?? 0;
    if (size === 0) return;
    const columnData = columns.map(({ name }, index) => ({ name, data: group[index] ?? [] }));
    group = columns.map(() => []);
    await writer.write({ columnData, rowGroupSize: size });
    await flush();
  };
  return {
    async write(rows) {
      for (const row of rows) {
        valuesOf(row).forEach((value, index) => group[index]?.push(stored(value, columns[index], row)));
        if (group[0]?.length === GROUP) await writeGroup();
      }
      return rows.length;
    },
    async end() {
      await writeGroup();
      await writer.finish();
      await flush();
    },
  };
}

function stored(value: Value, column: Layout['columns'][number] | undefined, row: ExportRow): unknown {
  const { name, type } = column ?? { name: '', type: 'text' as const };
  if (typeof value === 'string') return type === 'day' ? new Date(value) : printable(value, false);
  if (typeof value !== 'bigint') return value;
  const scale = type === 'quantity' ? SCALES.quantity : SCALES.amount;
  const cut = 10n ** BigInt(SCALE - scale);
  const unscaled = value / cut;
  if (unscaled * cut !== value || unscaled.toString().replace('-', '').length > PRECISION)
    throw new CostsError(
      'failed',
      `${name} of "${row.lineItem}" on ${row.day} (${row.project}, row ${row.id}) does not fit a DECIMAL(${PRECISION},${scale}) of Parquet; nothing was written.`,
      { hint: 'CSV holds it: --format csv, or focus-csv.' },
    );
  return unscaled;
}
