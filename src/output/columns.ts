import stringWidth from 'string-width';

/** Rows as left-aligned columns, each as wide as its widest cell; nothing is cut. */
export function renderColumns(rows: readonly (readonly string[])[]): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) => Math.max(...rows.map((row) => stringWidth(row[index] ?? ''))));
  return rows.map((row) => row.map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - stringWidth(cell))).join('  ').trimEnd()).join('\n');
}
