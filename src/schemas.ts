import { readFileSync } from 'node:fs';
import { CostsError } from './errors.js';
import { packageFile } from './package-files.js';

type Schema = Record<string, unknown>;

interface Schemas {
  properties: Record<string, Schema>;
  definitions: Record<string, Schema>;
}

/**
 * The JSON Schema (draft 7) of what a command prints with `--json`, which `write-schemas` makes when costs is built.
 * @param name the command's words, such as `keys list`; `costs` for none; `error` for what a failure prints
 * @throws CostsError `usage` when there is none of that name
 */
export function schemaOf(name: string): Schema {
  const { properties, definitions } = readSchemas();
  const named = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (named === undefined) {
    const inGroup = Object.keys(properties).filter((each) => each.startsWith(`${name} `));
    throw new CostsError('usage', `No command named "${name}" prints a document.`, {
      hint: inGroup.length > 0 ? `One of: ${inGroup.join(', ')}` : 'See the commands: costs --help',
    });
  }
  const used = [...definitionsOf(named, definitions)].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: TITLES[name] ?? `costs ${name} --json`,
    ...opened(named),
    ...(used.length === 0 ? {} : { definitions: opened(Object.fromEntries(used)) }),
  };
}

const TITLES: Record<string, string> = { costs: 'costs --json', error: 'standard error of a command that failed' };

function readSchemas(): Schemas {
  return JSON.parse(readFileSync(packageFile('dist/documents.schema.json'), 'utf8')) as Schemas;
}

/** The definitions that a schema refers to, and those that they do. */
function definitionsOf(schema: Schema, all: Record<string, Schema>, found = new Map<string, Schema>()) {
  for (const [, name = ''] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) {
    const definition = all[name];
    if (definition === undefined || found.has(name)) continue;
    found.set(name, definition);
    definitionsOf(definition, all, found);
  }
  return found;
}

/** Types know all their fields, and the next version may have more of them. */
function opened(schema: Schema): Schema {
  const text = JSON.stringify(schema, (_, value: unknown) => {
    if (value === null || typeof value !== 'object' || !('properties' in value)) return value;
    const { additionalProperties: _closed, ...open } = value as Schema;
    return open;
  });
  return JSON.parse(text) as Schema;
}
