import type { Context } from '../../context.js';

/** What `costs db migrate` prints. */
export interface DbMigrateResult {
  database: string;
  /** The migrations applied now, in order. */
  applied: string[];
}

export async function dbMigrate(context: Pick<Context, 'database' | 'output'>): Promise<DbMigrateResult> {
  const database = await context.database();
  const progress = context.output.progress(`Migrating ${database.label}`);
  try {
    const { applied } = await database.migrations.apply({ onStart: (name) => progress.update(`Applying ${name}`) });
    return { database: database.label, applied };
  } finally {
    progress.stop();
  }
}

export function renderDbMigrate({ database, applied }: DbMigrateResult): string {
  if (applied.length === 0) return `${database} is up to date: nothing was pending.`;
  return [...applied.map((name) => `✔ ${name}`), `${database} is up to date.`].join('\n');
}
