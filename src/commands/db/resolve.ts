import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import { addExamples, addGlobalOptions } from '../options.js';

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

/** `costs db resolve` */
export function addResolveCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('resolve')
    .description('Writes down by hand what came of a migration that began and did not end; changes no table.')
    .option('--applied <name>', 'all of it is there')
    .option('--rolled-back <name>', 'nothing of it is there')
    .action(async (options: DbResolveOptions) => {
      const request = parseResolve(options);
      const context = open(command.optsWithGlobals());
      context.output.write<Documents['db resolve']>(await dbResolve(request, context), renderDbResolve);
    });
  addGlobalOptions(command);
  return addExamples(command, [
    'costs db resolve --applied multi_org_support',
    'costs db resolve --rolled-back multi_org_support',
  ]);
}

/** @throws CostsError `usage` unless exactly one of the two was given */
export function parseResolve({ applied, rolledBack }: DbResolveOptions): { name: string; as: DbResolveResult['as'] } {
  if (applied !== undefined && rolledBack === undefined) return { name: applied, as: 'applied' };
  if (rolledBack !== undefined && applied === undefined) return { name: rolledBack, as: 'rolled-back' };
  throw new CostsError('usage', 'Say either --applied NAME or --rolled-back NAME.', {
    hint: 'costs db status names the migration.',
  });
}

export async function dbResolve(
  request: { name: string; as: DbResolveResult['as'] },
  context: Pick<Context, 'database' | 'signal'>,
): Promise<DbResolveResult> {
  const database = await context.database();
  const migration = await database.migrations.resolve({ ...request, signal: context.signal });
  return { database: database.label, migration, as: request.as };
}

export function renderDbResolve({ database, migration, as }: DbResolveResult): string {
  return `${database}: ${migration} is marked as ${as === 'applied' ? 'applied' : 'rolled back'}. → costs db status`;
}
