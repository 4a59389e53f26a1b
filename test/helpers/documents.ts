import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';

/** As the build made them: they know every field, and allow for no other. */
const schemas = JSON.parse(readFileSync(new URL('../../dist/documents.schema.json', import.meta.url), 'utf8')) as {
  properties: object;
};

/** What `Date` becomes in JSON. */
export const FORMATS = { 'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/ };

const ajv = new Ajv({ allErrors: true, formats: FORMATS }).addSchema({ type: 'object', ...schemas }, 'documents');

/** Every name that has a schema. */
export function documentNames(): string[] {
  return Object.keys(schemas.properties);
}

/** The name of the document that a command line asks for with --json; null for one that asks for none. */
export function documentOf(args: readonly string[]): string | null {
  if (!args.includes('--json') || args.includes('--help') || args.includes('--version')) return null;
  const words = args.filter((word) => !word.startsWith('-'));
  const [first, second, third] = words[0] === 'logins' ? ['members', ...words] : words;
  if (first === undefined) return 'costs';
  if (first === 'help') return null;
  const names = [`${first} ${second ?? ''} ${third ?? ''}`, `${first} ${second ?? ''}`, first, `${first} list`];
  return names.find((name) => documentNames().includes(name)) ?? null;
}

/** Whatever a test is about: what was printed with --json must be what `costs help json` says of it. */
export function checkDocuments(args: readonly string[], { stdout, stderr }: { stdout: string; stderr: string }): void {
  const name = documentOf(args);
  if (name === null) return;
  if (stdout !== '') checkDocument(name, stdout);
  const failure = stderr.split('\n').find((line) => line.startsWith('{"error":'));
  if (failure !== undefined) checkDocument('error', failure);
}

/** The document in a text. @throws when it is not what its schema says, or has a field of which the schema says nothing. */
export function checkDocument(name: string, text: string): unknown {
  const document: unknown = JSON.parse(text);
  const validate = ajv.getSchema(`documents#/properties/${encodeURIComponent(name)}`);
  if (validate?.(document) === true) return document;
  const problems = (validate?.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
  );
  throw new Error(`This is no document of "${name}":\n${problems.join('\n')}\n${text.slice(0, 2000)}`);
}
