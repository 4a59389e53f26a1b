import { NO_FILTERS, withEngine } from './engine.js';
import { migrationsFolder, readSchema } from './folder.js';
import type { MigrationTarget } from './migrations.js';

export interface SchemaDiff {
  /** Whether the live schema is what schema.prisma says. */
  empty: boolean;
  /** The SQL that leads from the live schema to schema.prisma, as `prisma migrate diff --script` prints it. */
  sql: string;
}

/** The SQL from the live schema to `schema.prisma`; reads only. Checks, triggers and functions are not in it: Prisma has no words for them. */
export async function diffSchema(target: MigrationTarget): Promise<SchemaDiff> {
  const session = await target.openSession();
  try {
    const file = { path: 'schema.prisma', content: await readSchema() };
    const { stdout } = await withEngine({ ...target, pool: session.pool }, (engine) =>
      engine.diff({
        from: { tag: 'schemaDatasource', files: [file], configDir: migrationsFolder() },
        to: { tag: 'schemaDatamodel', files: [file] },
        script: true,
        exitCode: null,
        filters: NO_FILTERS,
      }),
    );
    const sql = stdout ?? '';
    return { empty: /^\s*(-- This is an empty migration\.)?\s*$/.test(sql), sql };
  } finally {
    await session.close();
  }
}
