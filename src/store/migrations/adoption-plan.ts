import type { Fact } from './catalog.js';
import type { Zones } from './convert-columns.js';
import { compareCatalogs, findForeign, type ForeignObject } from './drift.js';
import { fillAdopted } from './fill-adopted.js';
import type { MigrationFile } from './folder.js';
import { namesTaken, versionTypeProblem } from './names-taken.js';
import { planSchema, shapeOf, type SchemaPlan } from './schema-steps.js';
import { lastName } from './step.js';

export interface AdoptionPlan extends SchemaPlan {
  /** The migrations of which something is there: they are completed and marked as applied. */
  adopted: string[];
  /** Left for `costs db migrate`: nothing of them is there. */
  pending: string[];
  foreign: ForeignObject[];
  /** What the schema of the adopted migrations is. */
  target: Fact[];
}

/** Prisma's own name of the enum, and the name that the first migrations give it. */
const [PRISMAS_ENUM, OLD_ENUM] = ['enum ApiVersion', 'enum api_version'] as const;

/**
 * What has to be done so that a live schema which somebody else made becomes ours: each migration of which something is
 * there is completed, the others are left to be applied. Pure: it looks at catalogs alone.
 * @param schema of the tables
 */
export function planAdoption(
  files: readonly MigrationFile[],
  states: readonly Fact[][],
  live: readonly Fact[],
  schema: string | null,
  zones?: Zones,
): AdoptionPlan {
  const objects = new Set(live.map(({ object }) => object));
  const pushed = objects.has(PRISMAS_ENUM) && !objects.has(OLD_ENUM);
  const last = states.at(-1) ?? [];
  const version = versionTypeProblem(live, [PRISMAS_ENUM, OLD_ENUM].map(lastName), schema);
  const taken = namesTaken(states, live).map(({ cause, way }) => `${cause}. ${way}`);
  const named = [...taken, ...(version === null ? [] : [version]), ...camelCased(last, live)];
  const adopted: string[] = [];
  let target = new Map<string, Fact>();
  for (const [index, { name }] of files.entries()) {
    const [before, after] = [states[index] ?? [], states[index + 1] ?? []];
    if (!isBegun(before, states.slice(index + 1), live, pushed)) continue;
    adopted.push(name);
    target = advance(target, before, after);
  }
  const plan = planSchema([...target.values()], live, zones);
  return {
    ...plan,
    steps: [...plan.steps, ...fillAdopted([...target.values()], live)],
    target: [...target.values()],
    // What has another name is missing under ours, and differs in more: only the names are told then.
    problems: named.length > 0 ? named : plan.problems,
    adopted,
    pending: files.map(({ name }) => name).filter((name) => !adopted.includes(name)),
    foreign: findForeign(last, live).filter(({ object }) => !isRenamed(object, plan)),
  };
}

/** Whether anything that a migration makes is there: by name, or an index or a key by what it does. */
function isBegun(
  before: readonly Fact[],
  [after = [], ...later]: readonly Fact[][],
  live: readonly Fact[],
  pushed: boolean,
): boolean {
  const [old, there] = [before, live].map((facts) => new Set(facts.map(({ object }) => object)));
  const shapes = new Set(live.flatMap(indexShape));
  const makes = after.filter(({ object }) => old?.has(object) !== true);
  // One that makes nothing new is there when what it changes is as it leaves it.
  const changes = changed(before, after);
  if (makes.length === 0) return changes.length > 0 && compareCatalogs(changes, live).length === 0;
  return makes.some(({ object, definition, expressible }) => {
    if (object === PRISMAS_ENUM || object === OLD_ENUM) return pushed || there?.has(object) === true;
    // A function, a check or a trigger under our name says nothing as long as it is not the same, or what a later one made of it.
    if (!expressible) {
      const forms = [after, ...later].flatMap((state) => state.filter((fact) => fact.object === object));
      return live.some((fact) => fact.object === object && forms.some((form) => form.definition === fact.definition));
    }
    return there?.has(object) === true || (object.startsWith('index ') && shapes.has(shapeOf(definition)));
  });
}

/** What an index does; a primary key does what the index that it is made of did. */
function indexShape({ object, definition, table }: Fact): string[] {
  if (object.startsWith('index ')) return [shapeOf(definition)];
  const [, columns] = /^PRIMARY KEY (\(.*\))$/.exec(definition) ?? [];
  return columns === undefined ? [] : [`CREATE UNIQUE INDEX ON ${table ?? ''} USING btree ${columns}`];
}

function changed(before: readonly Fact[], after: readonly Fact[]): Fact[] {
  const old = new Map(before.map(({ object, definition }) => [object, definition]));
  return after.filter(({ object, definition }) => old.get(object) !== definition);
}

/** The expected schema after one more migration; what it changes of tables that are not there yet is left out. */
function advance(
  target: ReadonlyMap<string, Fact>,
  before: readonly Fact[],
  after: readonly Fact[],
): Map<string, Fact> {
  const next = new Map(target);
  const old = new Map(before.map((fact) => [fact.object, fact]));
  const kept = new Set(after.map(({ object }) => object));
  for (const fact of after) {
    const previous = old.get(fact.object);
    if (previous === undefined || (previous.definition !== fact.definition && next.has(fact.object)))
      next.set(fact.object, fact);
  }
  for (const { object } of before) if (!kept.has(object)) next.delete(object);
  return next;
}

/** What `prisma db push` makes of a model without `@map`. */
function camelCased(expected: readonly Fact[], live: readonly Fact[]): string[] {
  const there = new Set(live.map(({ object }) => object));
  const camel = expected.flatMap(({ object }) => {
    const [, table = '', name = ''] = /^column (.*)\.(.*)$/.exec(object) ?? [];
    const twin = camelCase(name);
    return twin === name || there.has(object) || !there.has(`column ${table}.${twin}`) ? [] : [{ table, name, twin }];
  });
  return camel.map(
    ({ table, name, twin }) =>
      `the column ${table}.${twin} is named in camelCase: give the field of your application @map("${name}") and rename the column (ALTER TABLE ${table} RENAME COLUMN "${twin}" TO ${name})`,
  );
}

/** As Prisma names a field before anybody maps it. */
function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function isRenamed(object: string, { steps }: SchemaPlan): boolean {
  const name = lastName(object);
  return steps.some(
    ({ text }) =>
      text.startsWith(`rename the index ${name} to `) ||
      text.startsWith(`rename the constraint ${name} `) ||
      text.startsWith(`let the foreign key ${name} (`),
  );
}
