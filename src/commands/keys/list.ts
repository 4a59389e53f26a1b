import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { expiryWarning, toKeyView } from '../../domain/key-view.js';
import { renderKeys } from '../../output/keys.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs keys list` */
export function addListKeysCommand(parent: Command, open: OpenContext, run = listKeysCommand): Command {
  const command = parent
    .command('list')
    .description('Lists the registered organizations and what is known of their keys.')
    .action(() => run(open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs keys list', 'costs keys list --json']);
}

export async function listKeysCommand(context: Context): Promise<void> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const rows = await store.keys.list(team.id);
  for (const row of rows) {
    const warning = expiryWarning(row, context.now());
    if (warning !== null) context.output.warn(warning);
  }
  context.output.write<Documents['keys list']>({ keys: rows.map(toKeyView) }, renderKeys);
}
