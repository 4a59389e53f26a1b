import type { Context } from '../../context.js';
import { CostsError } from '../../errors.js';
import { defineCommand, option, asItIs } from '../define.js';

export interface DbResolveOptions {
  applied?: string;
  rolledBack?: string;
}

/** What `costs db resolve` prints. */
export interface DbResolveResult {
  database: string;
  migration: string;
  as: 'applied' | 'rolled-back';
}

export const resolveMigration = defineCommand({
  name: 'db resolve',
  description: 'Writes down by hand what came of a migration that began and did not end; changes no table.',
  options: [option('--applied <name>', 'all of it is there'), option('--rolled-back <name>', 'nothing of it is there')],
  examples: ['costs db resolve --applied multi_org_support', 'costs db resolve --rolled-back multi_org_support'],
  async run(options: DbResolveOptions, context: Context) {
    const request = parseResolve(options);
    const database = await context.database();
    const migration = await database.migrations.resolve({ ...request, signal: context.signal });
    return { database: database.label, migration, as: request.as };
  },
  document: asItIs<DbResolveResult>,
  render: ({ database, migration, as }) =>
    `${database}: ${migration} is marked as ${as === 'applied' ? 'applied' : 'rolled back'}. → costs db status`,
});

/** @throws CostsError `usage` unless exactly one of the two was given */
function parseResolve({ applied, rolledBack }: DbResolveOptions): { name: string; as: DbResolveResult['as'] } {
  if (applied !== undefined && rolledBack === undefined) return { name: applied, as: 'applied' };
  if (rolledBack !== undefined && applied === undefined) return { name: rolledBack, as: 'rolled-back' };
  throw new CostsError('usage', 'Say either --applied NAME or --rolled-back NAME.', {
    hint: 'See which migration: costs db status',
  });
}
