import type { Context } from '../../context.js';
import type { DbAdoptResult } from '../../documents.js';
import { EXIT_CODES } from '../../errors.js';
import { defineCommand } from '../define.js';

export const adoptDatabase = defineCommand({
  name: 'db adopt',
  description:
    'Gives a database with tables of ours but no history the history its schema shows; exits 1 when none fits.',
  examples: ['costs db adopt && costs db migrate'],
  run,
  render: renderDbAdopt,
  exitCode: ({ status }) => (status === 'ok' ? 0 : EXIT_CODES.finding),
});

async function run(_options: object, context: Pick<Context, 'database' | 'signal'>): Promise<DbAdoptResult> {
  const database = await context.database();
  const result = await database.migrations.adopt({ signal: context.signal });
  return { status: result.adopted.length > 0 ? 'ok' : 'finding', database: database.label, ...result };
}

function renderDbAdopt({ database, adopted, pending, nearest, differences, sql }: DbAdoptResult): string {
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
