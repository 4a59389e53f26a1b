import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { adviceFor, renderDeparture } from '../../output/members.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs tokens revoke` */
export function addRevokeTokenCommand(parent: Command, open: OpenContext, run = revokeTokenCommand): Command {
  const command = parent
    .command('revoke')
    .argument('<token>', 'the token, by name or id')
    .description(
      'Ends a token: the data key is changed, all sessions end, and keys it could read are marked as exposed.',
    )
    .action((token: string) => run(token, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs tokens revoke ci']);
}

export async function revokeTokenCommand(nameOrId: string, context: Context): Promise<void> {
  const vault = await context.vault();
  const { row, ...departure } = await vault.tokens.revoke(await context.team(), nameOrId);
  context.output.write<Documents['tokens revoke']>(
    { token: row.id, name: row.name, ...departure, advice: adviceFor(departure), done: 'is revoked' },
    ({ name, ...rest }, output) => renderDeparture({ email: `The token ${name}`, ...rest }, output),
  );
}
