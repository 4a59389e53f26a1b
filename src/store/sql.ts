import sql, { empty, join, raw, Sql } from 'sql-template-tag';

export type { Sql };

/** A statement or a part of one, with its values apart. */
export const SQL = Object.assign(
  (strings: TemplateStringsArray, ...values: readonly unknown[]): Sql => sql(strings, ...values),
  { empty, join, raw },
);

/**
 * Prisma's client has a copy of the same library, and takes for a part of a statement only what is of that: ours are, from here on.
 * Without the client they need nothing of it, which takes longer to load than most reports.
 */
export function takeAs(theirs: { prototype: object }): void {
  Object.setPrototypeOf(Sql.prototype, theirs.prototype);
}
