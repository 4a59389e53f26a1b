import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { toKeyView } from '../../domain/key-view.js';
import { renderKeyChange } from '../../output/keys.js';
import { addExamples, addGlobalOptions } from '../options.js';
import { findKey } from './find.js';

/** `costs keys enable` */
export function addEnableKeyCommand(parent: Command, open: OpenContext, run = setKeyActive): Command {
  const command = parent
    .command('enable')
    .argument('<organization>', 'the organization, by name or id')
    .description('Lets an organization be collected again.')
    .action((organization: string) => run(organization, true, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs keys enable "Acme EU"']);
}

/** `costs keys disable` */
export function addDisableKeyCommand(parent: Command, open: OpenContext, run = setKeyActive): Command {
  const command = parent
    .command('disable')
    .argument('<organization>', 'the organization, by name or id')
    .description('Stops collecting an organization; its rows and coverage stay.')
    .action((organization: string) => run(organization, false, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs keys disable "Acme EU"']);
}

export async function setKeyActive(nameOrId: string, active: boolean, context: Context): Promise<void> {
  const row = await findKey(context, nameOrId);
  await (await context.vault()).keys.setActive(row, active);
  context.output.write<Documents['keys enable']>(
    { key: { ...toKeyView(row), active }, done: active ? 'enabled' : 'disabled' },
    renderKeyChange,
  );
}
