import sql, { empty, join, raw, Sql } from 'sql-template-tag';

export type { Sql };

/** A statement or a part of one, with its values apart. */
export const SQL = Object.assign(
  (strings: TemplateStringsArray, ...values: readonly unknown[]): Sql => sql(strings, ...values),
  { empty, join, raw },
);

/**
 * Prisma's client has a copy of this library in it, and accepts only parts of its own class. Ours inherit from that once the client
 * is loaded, and need nothing of it before: loading it takes a third of a report.
 */
export function inheritFrom(theirs: { prototype: object }): void {
  Object.setPrototypeOf(Sql.prototype, theirs.prototype);
}
