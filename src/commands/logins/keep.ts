import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs logins keep` */
export function addKeepLoginsCommand(parent: Command, open: OpenContext, run = keepLoginsCommand): Command {
  const command = parent
    .command('keep')
    .argument('<days>', 'how many days attempts are kept (365 unless said)')
    .description('Sets how long login attempts are kept; older ones are pruned now and at each login.')
    .action((days: string) => run(days, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs logins keep 90']);
}

export async function keepLoginsCommand(text: string, context: Context): Promise<void> {
  const days = Number(text);
  if (!/^\d{1,5}$/.test(text) || days < 1)
    throw new CostsError('usage', 'The days must be a whole number, 1 or more.', { hint: 'costs logins keep 90' });
  const [vault, team] = await Promise.all([context.vault(), context.team()]);
  await vault.logins.keepFor(team, days);
  context.output.write<Documents['logins keep']>({ days }, () => `Login attempts are kept for ${days} days.`);
}
