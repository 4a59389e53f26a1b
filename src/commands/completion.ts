import { Argument, type Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import type { Documents } from '../documents.js';
import { completionScript, SHELLS, type Shell } from './completion/scripts.js';
import { completionTree } from './completion/tree.js';
import { addExamples, addGlobalOptions } from './options.js';

/**
 * `costs completion`
 * @param program loads every command there is
 */
export function addCompletionCommand(parent: Command, open: OpenContext, program: () => Promise<Command>): Command {
  const command = parent
    .command('completion')
    .addArgument(new Argument('<shell>', 'for this shell').choices(SHELLS))
    .description('Prints a script that completes commands and options in a shell.')
    .action((shell: Shell) => completionCommand(shell, program, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, [
    'source <(costs completion bash)',
    'costs completion zsh > ~/.zfunc/_costs',
    'costs completion fish > ~/.config/fish/completions/costs.fish',
  ]);
}

async function completionCommand(shell: Shell, program: () => Promise<Command>, { output }: Context): Promise<void> {
  const script = completionScript(shell, completionTree(await program()));
  output.write<Documents['completion']>({ shell, script }, () => script);
}
