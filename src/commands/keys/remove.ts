import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { toKeyView } from '../../domain/key-view.js';
import { CostsError } from '../../errors.js';
import { renderKeyChange } from '../../output/keys.js';
import { addExamples, addGlobalOptions } from '../options.js';
import { findKey } from './find.js';

export interface RemoveKeyOptions {
  yes?: boolean;
}

/** `costs keys remove` */
export function addRemoveKeyCommand(parent: Command, open: OpenContext, run = removeKeyCommand): Command {
  const command = parent
    .command('remove')
    .argument('<organization>', 'the organization, by name or id')
    .option('--yes', 'do not ask')
    .description('Forgets the key of an organization; its projects, rows and coverage stay.')
    .action((organization: string, options: RemoveKeyOptions) =>
      run(organization, options, open(command.optsWithGlobals())),
    );
  addGlobalOptions(command);
  return addExamples(command, ['costs keys remove "Acme EU"']);
}

export async function removeKeyCommand(nameOrId: string, { yes }: RemoveKeyOptions, context: Context): Promise<void> {
  const { output } = context;
  const row = await findKey(context, nameOrId);
  if (
    yes !== true &&
    output.interactive &&
    !(await output.prompt.confirm(`Forget the key of ${row.name}? Its figures stay.`, { default: false }))
  ) {
    throw new CostsError('interrupted', 'Nothing was removed.');
  }
  await (await context.vault()).keys.remove(row);
  output.write<Documents['keys remove']>(
    { key: { ...toKeyView(row), active: false }, done: 'removed; its figures stay. Revoke the key at the provider' },
    renderKeyChange,
  );
}
