import type { Command } from 'commander';
import { completionScript, SHELLS, type Shell } from './completion/scripts.js';
import { completionNames } from './completion/names.js';
import { completionTree } from './completion/tree.js';
import { argument, defineCommand, asItIs } from './define.js';

/** @param program loads every command there is */
export function command(program: () => Promise<Command>) {
  return defineCommand({
    name: 'completion',
    description:
      'Prints a script that completes commands, options and their values in a shell. To keep it in bash or zsh, write the line of yours into ~/.bashrc or ~/.zshrc.',
    arguments: [argument('<shell>', 'for this shell').choices(SHELLS)],
    commands: [completionNames],
    examples: [
      'source <(costs completion bash)',
      'source <(costs completion zsh)',
      'costs completion fish > ~/.config/fish/completions/costs.fish',
    ],
    verbatim: true,
    run: async ({ shell }: { shell: Shell }) => ({
      shell,
      script: completionScript(shell, completionTree(await program())),
    }),
    document: asItIs<{ shell: string; script: string }>,
    render: ({ script }) => script,
  });
}
