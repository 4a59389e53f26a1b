import type { Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import type { Documents } from '../documents.js';
import { renderWhoami } from '../output/access.js';
import { EXIT_CODES } from '../errors.js';
import { addExamples, addGlobalOptions, setExitCode } from './options.js';

/** `costs whoami` */
export function addWhoamiCommand(parent: Command, open: OpenContext, run = whoamiCommand): Command {
  const command = parent
    .command('whoami')
    .description('Says who is logged in on this machine, or whose token is set; exits 4 when nobody is.')
    .action(async () => setExitCode(await run(open(command.optsWithGlobals()))));
  addGlobalOptions(command);
  return addExamples(command, ['costs whoami', 'costs whoami --json']);
}

/** Returns the exit code. */
export async function whoamiCommand(context: Context): Promise<number> {
  const [team, vault] = await Promise.all([context.team(), context.vault()]);
  const actor = await vault.whoIs(team);
  const until = actor?.until?.toISOString() ?? null;
  context.output.write<Documents['whoami']>(
    { team: team.name, kind: actor?.kind ?? null, name: actor?.label ?? null, role: actor?.role ?? null, until },
    renderWhoami,
  );
  return actor === null ? EXIT_CODES.auth : 0;
}
