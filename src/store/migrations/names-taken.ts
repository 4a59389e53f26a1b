import { quote } from '../rows.js';
import type { Fact } from './catalog.js';
import { partsOf } from './column-types.js';
import { labelsOf, namedType } from './enum-types.js';
import type { Hindrance } from './hindrances.js';
import { lastName, lastPart, literal } from './step.js';

/** The tables that came before there was a history of ours to keep: only they can be without it. */
export const SEED_TABLES = ['teams', 'users', 'projects', 'cost_data', 'organization_api_keys', 'login_attempts'];

/** What takes the place of a table, as a relation or as the type that every table brings. */
const KINDS = ['view', 'materialized view', 'foreign table', 'sequence', 'type', 'domain', 'enum'];

const WAYS_OUT =
  'Rename it (ALTER … RENAME TO …, and @@map in the schema of its application), or move the tables of ours to a schema of their own (ALTER TABLE … SET SCHEMA costs, then ?schema=costs)';

/** Objects of others under names that ours need. */
export function namesTaken(states: readonly Fact[][], live: readonly Fact[]): Hindrance[] {
  const there = new Map(live.map((fact) => [fact.object, fact]));
  const ours = states.at(-1) ?? [];
  const inPlaceOf = (kinds: readonly string[], name: string, what: string) =>
    kinds.flatMap((kind) =>
      there.has(`${kind} ${name}`) ? [`${name} is a ${kind}, where costs needs a ${what}`] : [],
    );
  const causes = ours.flatMap(({ object, definition, table }) => {
    const [kind = ''] = object.split(' ');
    const name = object.slice(kind.length + 1);
    switch (kind) {
      case 'table':
        if (isOfOthers(name, states, there)) return [`${name} is a table of another program`];
        return inPlaceOf(KINDS, name, 'table');
      case 'column': {
        const sequence = /nextval\('"?([^"']+)"?'/.exec(definition)?.[1];
        return sequence === undefined || there.has(`table ${table ?? ''}`)
          ? []
          : inPlaceOf(KINDS, sequence, 'sequence');
      }
      case 'function': {
        const other = there.get(object);
        const forms = states.flatMap((state) => state.filter((fact) => fact.object === object));
        const isOurs = other === undefined || forms.some((form) => form.definition === other.definition);
        return isOurs ? [] : [`${name} is a function of another program`];
      }
      default:
        return [];
    }
  });
  return [...causes.map((cause) => ({ cause, way: WAYS_OUT })), ...indexesTaken(ours, live)];
}

/** A table that is renamed keeps the name of its key, which is that of an index. */
function indexesTaken(ours: readonly Fact[], live: readonly Fact[]): Hindrance[] {
  const isIndex = ({ object, definition }: Fact) => /^index /.test(object) || /^PRIMARY KEY|^EXCLUDE/.test(definition);
  const needed = new Map(ours.filter(isIndex).map(({ object, table }) => [lastName(object), table]));
  return live
    .filter((fact) => isIndex(fact) && (needed.get(lastName(fact.object)) ?? fact.table) !== fact.table)
    .map(({ object, table }) => {
      const name = lastName(object);
      return {
        cause: `${name} is an index of the table ${table ?? ''}, and costs needs one of this name`,
        way: `Rename it (ALTER INDEX ${quote(name)} RENAME TO ${quote(`${name}_other`)})`,
      };
    });
}

function isOfOthers(name: string, states: readonly Fact[][], there: ReadonlyMap<string, Fact>): boolean {
  return there.has(`table ${name}`) && !SEED_TABLES.includes(name) && !isOurs(name, states, there);
}

/** Whether a table has all that some state of ours insists on. */
function isOurs(name: string, states: readonly Fact[][], there: ReadonlyMap<string, Fact>): boolean {
  return states.some((state) => {
    const required = state.filter(
      ({ object, definition }) => object.startsWith(`column ${name}.`) && partsOf(definition).required,
    );
    return required.length > 0 && required.every(({ object }) => there.has(object));
  });
}

/** The label that tells an enum of versions from any other. */
const LABEL = 'costs_v1';

/**
 * Why the enum of the versions cannot be told: it has another name, to which its clients cast, or its name is that of
 * another program's.
 */
export function versionTypeProblem(
  live: readonly Fact[],
  names: readonly string[],
  schema: string | null,
): string | null {
  const version = live.find(({ object }) => object === 'column cost_data.api_version');
  const type = version === undefined ? null : partsOf(version.definition).type;
  const own = namedType('enum', type, live);
  const [prismas = ''] = names;
  const taken = live.find(({ object }) => object === `enum ${prismas}`);
  const isTheirs =
    taken !== undefined &&
    taken !== own &&
    (own !== undefined || !labelsOf(taken).some((label) => /^(?:costs|usage)_v1$/.test(label)));
  if (isTheirs) return `the type ${prismas} is another program's. ${WAYS_OUT}`;
  if (own === undefined) return ofAnotherSchema(type, schema);
  const respelled = otherSpellings(own);
  if (respelled !== null) return respelled;
  if (!labelsOf(own).includes(LABEL)) return null;
  const name = lastPart(own.object);
  if (names.includes(name)) return null;
  return `the type of cost_data.api_version is called ${name}: rename it (ALTER TYPE ${type ?? ''} RENAME TO "${prismas}") when no client casts to the old name`;
}

/** Prisma keeps an enum in the schema that its `@@schema` names. */
function ofAnotherSchema(type: string | null, schema: string | null): string | null {
  const isThere = type !== null && /^(?:"[^"]+"|\w+)\.(?:"[^"]+"|\w+)$/.test(type);
  return isThere
    ? `the type of cost_data.api_version is ${type}, of another schema: move it to that of the tables (ALTER TYPE ${type} SET SCHEMA ${quote(schema ?? 'public')}) when no client casts to it there`
    : null;
}

/** What Prisma makes of labels without `@map`: in capitals, most of the time. */
function otherSpellings(own: Fact): string | null {
  const labels = labelsOf(own);
  const plain = (label: string) => label.toLowerCase().replace(/[^a-z0-9]/g, '');
  const renames = ['usage_v1', LABEL].flatMap((label) => {
    const other = labels.includes(label) ? undefined : labels.find((each) => plain(each) === plain(label));
    return other === undefined
      ? []
      : `ALTER TYPE ${quote(lastPart(own.object))} RENAME VALUE ${literal(other)} TO ${literal(label)}`;
  });
  if (renames.length === 0) return null;
  return `the type of cost_data.api_version spells its labels otherwise (${labels.join(', ')}): give them @map in the schema of your application, and rename them (${renames.join('; ')}) when no client writes the old ones`;
}
