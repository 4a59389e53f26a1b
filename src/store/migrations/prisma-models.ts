import { readSchema } from './folder.js';

/**
 * Our models and enums as the schema of another application takes them: what `prisma db push` does not find in its schema, it
 * drops.
 */
export async function prismaModels(): Promise<string> {
  const schema = await readSchema();
  const first = schema.search(/^(?:\/\/\/.*\n)*(?:model|enum) /m);
  return schema.slice(first).trim();
}
