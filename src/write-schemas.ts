import { writeFileSync } from 'node:fs';
import {
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  SchemaGenerator,
} from 'ts-json-schema-generator';
import type { ErrorDocument } from './errors.js';
import { packageFile } from './package-files.js';

/** A node of the generator's own TypeScript, which need not be of our version; so it is told by its parts. */
type Node = Parameters<SchemaGenerator['createSchemaFromNodes']>[0][number];
type Schema = ReturnType<SchemaGenerator['createSchema']>;
type Call = Node & { expression: Node; arguments: [Node & { properties: Property[] }] };
type Property = Node & { name: Node; initializer: Node & { text?: string; typeArguments?: Node[]; type?: Node } };

/** What a failed command prints on standard error. */
export interface Failure {
  error: ErrorDocument;
}

/** Part of the build: a JSON Schema of what each command prints with `--json`, made of the types in their definitions. */
const config = {
  ...DEFAULT_CONFIG,
  path: 'src/{commands/**/*,write-schemas}.ts',
  tsconfig: 'tsconfig.json',
  skipTypeCheck: true,
  topRef: false,
};
const program = createProgram(config);
const generator = new SchemaGenerator(program, createParser(program, config), createFormatter(config), config);
const schemas: { properties: Record<string, object>; definitions: Record<string, unknown> } = {
  properties: {},
  definitions: {},
};

function addSchema(name: string, { $schema: _draft, definitions, ...schema }: Schema): void {
  schemas.properties[name] = schema;
  for (const [word, definition] of Object.entries(definitions ?? {})) {
    const known = (schemas.definitions[word] ??= definition);
    if (JSON.stringify(known) !== JSON.stringify(definition))
      throw new Error(`Two types of documents are called ${word}.`);
  }
}

function addCommands(node: Node): void {
  if (isDefinition(node)) {
    const { name, document } = Object.fromEntries(
      node.arguments[0].properties.map((property) => [property.name.getText(), property.initializer]),
    );
    const type = document?.typeArguments?.[0] ?? document?.type;
    if (name?.text === undefined || type === undefined)
      throw new Error(`A command does not say the type of its document: ${node.getText()}`);
    addSchema(name.text, generator.createSchemaFromNodes([type]));
  }
  node.forEachChild(addCommands);
}

function isDefinition(node: Node): node is Call {
  return 'arguments' in node && (node as Call).expression.getText() === 'defineCommand';
}

for (const file of program.getSourceFiles()) if (/\/src\/commands\//.test(file.fileName)) addCommands(file);
addSchema('error', generator.createSchema('Failure'));
writeFileSync(packageFile('dist/documents.schema.json'), JSON.stringify(schemas, null, 2));
