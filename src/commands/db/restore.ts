import type { Context } from '../../context.js';
import { CostsError } from '../../errors.js';
import { shell } from '../../domain/shell.js';
import { argument, defineCommand, asItIs } from '../define.js';
import { confirm, confirmOption } from '../confirm.js';

/** What `costs db restore` prints. */
export interface DbRestoreResult {
  database: string;
  file: string;
}

export const restoreDatabase = defineCommand({
  name: 'db restore',
  description: 'Puts a backup in the place of the embedded store.',
  arguments: [argument('<file>', 'what costs db backup wrote')],
  options: [confirmOption()],
  examples: ['costs db restore costs-2026-11-23.tar.gz'],
  async run({ file, yes }: { file: string; yes?: boolean }, context: Context) {
    if (context.config.databaseUrl !== null) {
      throw new CostsError('usage', 'DATABASE_URL is set: a backup is restored into the embedded store.', {
        hint: shell`Go on without it: unset DATABASE_URL COSTS_DATABASE_URL && costs db restore ${file}`,
      });
    }
    const store = await context.embedded();
    const question = `All that ${store.label} holds is replaced. Go on?`;
    // An embedded store that was never created holds nothing.
    await store.restore(file, async () => {
      await confirm(context.output, { yes: yes === true || !store.exists, question });
      // Behind an interruption that was told nothing may happen any more.
      if (context.signal.aborted) throw new CostsError('interrupted', 'Interrupted; nothing was changed.');
    });
    return { database: store.label, file };
  },
  document: asItIs<DbRestoreResult>,
  render: ({ database, file }) => `${database} is as ${file} has it.`,
});
