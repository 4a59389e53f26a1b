import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { EXIT_CODES } from '../../errors.js';
import type { AdoptResult } from '../../store/migrations/adopt.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** What `costs db adopt` prints. */
export interface DbAdoptResult extends AdoptResult {
  status: 'ok' | 'finding';
  database: string;
}

/** `costs db adopt` */
export function addAdoptCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('adopt')
    .description(
      'Gives a database with tables of ours but no history the history its schema shows; exits 1 when none fits.',
    )
    .action(async () => {
      const context = open(command.optsWithGlobals());
      const result = await dbAdopt(context);
      context.output.write<Documents['db adopt']>(result, renderDbAdopt);
      if (result.status !== 'ok') process.exitCode = EXIT_CODES.finding;
    });
  addGlobalOptions(command);
  return addExamples(command, ['costs db adopt && costs db migrate']);
}

export async function dbAdopt(context: Pick<Context, 'database' | 'signal'>): Promise<DbAdoptResult> {
  const database = await context.database();
  const result = await database.migrations.adopt({ signal: context.signal });
  return { status: result.adopted.length > 0 ? 'ok' : 'finding', database: database.label, ...result };
}

export function renderDbAdopt({ database, adopted, pending, nearest, differences, sql }: DbAdoptResult): string {
  if (adopted.length > 0) {
    const rest =
      pending.length === 0
        ? 'Nothing is pending.'
        : `${pending.length} pending: ${pending.join(', ')} → costs db migrate`;
    return [`${database}: marked as applied`, ...adopted.map((name) => `✔ ${name}`), rest].join('\n');
  }
  return [
    `${database} is like no state that the migrations lead to; nothing was changed.`,
    `It is nearest to ${nearest ?? 'none'}, but:`,
    ...differences.map(({ text }) => `  ${text}`),
    'Mend these by hand and adopt again, or review the SQL to the schema of this version:',
    (sql ?? '').trimEnd(),
  ].join('\n');
}
