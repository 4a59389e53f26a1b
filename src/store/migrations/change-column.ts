import { quote } from '../rows.js';
import type { Fact } from './catalog.js';
import { partsOf, type Computation } from './column-types.js';
import type { ConvertedColumn } from './convert-columns.js';
import { manualConversion } from './manual-conversion.js';
import { withoutValue } from './row-checks.js';
import { lastName, lastPart, step, type Step } from './step.js';

/** What makes a column of theirs ours; a text where no statement of ours does. */
export function changeColumn(
  fact: Fact,
  other: Fact,
  conversions: readonly ConvertedColumn[],
  live: readonly Fact[],
): Step[] | string {
  const table = quote(fact.table ?? '');
  const [want, have] = [partsOf(fact.definition), partsOf(other.definition)];
  const [column, name] = [lastPart(fact.object), lastName(fact.object)];
  if (have.computed !== null)
    return describeComputed(column, have.computed, `ALTER TABLE ${table} ALTER COLUMN ${quote(name)}`);
  const conversion = conversions.find((each) => `${each.table}.${each.name}` === column);
  if (want.type !== have.type && conversion === undefined) {
    const asIs = { table: fact.table ?? '', name, standard: have.standard };
    const way = manualConversion(asIs, have.type, want.type, live);
    const told = `the column ${column} is ${have.type} instead of ${want.type}`;
    return way === null
      ? `${told}, and only its owner knows what its values mean: make it ${want.type}, then run this again`
      : `${told}. This makes it a type that is taken over, or changes nothing where a value would be lost: ${way}`;
  }
  const alter = (change: string) => `ALTER TABLE ${table} ALTER COLUMN ${quote(name)} ${change}`;
  const setDefault = (value: string | null) => alter(value === null ? 'DROP DEFAULT' : `SET DEFAULT ${value}`);
  const standard = conversion === undefined ? have.standard : conversion.newStandard;
  const steps: Step[] = [];
  if (want.standard !== null && want.standard !== standard)
    steps.push(step(`set the default of ${column}`, setDefault(want.standard), setDefault(standard), fact.table));
  if (want.required && !have.required) {
    if (want.standard !== null) steps.push(fillDefault(fact.table ?? '', name, want.standard));
    const checks = want.standard === null ? [withoutValue(fact.table ?? '', name)] : [];
    const set = `let ${column} be never null`;
    steps.push(step(set, alter('SET NOT NULL'), alter('DROP NOT NULL'), fact.table, { checks }));
  }
  if (!want.required && have.required) {
    const gone = `DELETE FROM ${table} WHERE ${quote(name)} IS NULL`;
    steps.push(step(`let ${column} be null`, alter('DROP NOT NULL'), `${gone}; ${alter('SET NOT NULL')}`, fact.table));
  }
  return steps;
}

function describeComputed(column: string, { sql, stored }: Computation, alter: string): string {
  const told = `the column ${column} is computed from others, ${sql}, and costs writes it`;
  return stored
    ? `${told}. This keeps its values and lets it be written: ${alter} DROP EXPRESSION`
    : `${told}: make it one that keeps its values, then run this again`;
}

function fillDefault(table: string, column: string, standard: string): Step {
  const empty = `${quote(column)} IS NULL`;
  const needed = `SELECT FROM ${quote(table)} WHERE ${empty} LIMIT 1`;
  return step(
    `give rows of ${table} without ${column} its default`,
    `UPDATE ${quote(table)} SET ${quote(column)} = ${standard} WHERE ${empty}`,
    null,
    table,
    { fills: { table, column, before: 'NULL', needed } },
  );
}
