/**
 * An array as PostgreSQL reads it from text, to be cast in the statement (`${arrayLiteral(names)}::text[]`). One text
 * passes through Prisma and the driver as it is, where an array would be walked and copied by each of them: for the rows
 * of a window that costs more than all of the database's own work.
 */
export function arrayLiteral(values: readonly (string | number | null)[]): string {
  const elements = values.map((value) =>
    value === null ? 'NULL' : typeof value === 'number' ? `${value}` : quote(value),
  );
  return `{${elements.join(',')}}`;
}

function quote(text: string): string {
  // Most have nothing to escape, and looking is cheaper than replacing.
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}
