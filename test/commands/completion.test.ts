import { execFile } from 'node:child_process';
import { ALL_PROVIDER_IDS, PROVIDER_IDS } from '../../src/providers/registry.js';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { completionScript, SHELLS, type Shell } from '../../src/commands/completion/scripts.js';
import { completionTree, type CompletionNode } from '../../src/commands/completion/tree.js';
import { createFullProgram } from '../../src/program.js';
import { listCommands } from '../helpers/command-table.js';

const run = promisify(execFile);
let nodes: CompletionNode[];
beforeAll(async () => {
  nodes = completionTree(
    await createFullProgram('0.0.0', () => {
      throw new Error('nothing runs');
    }),
  );
});

/** What bash offers after these words, of which the last is being written. */
async function inBash(...words: string[]): Promise<string[]> {
  const script = `${completionScript('bash', nodes)}
COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _costs; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', script, 'bash', 'costs', ...words]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('the completion of bash', () => {
  it('offers commands, what a group holds, and the options of a command', async () => {
    expect(await inBash('ke')).toEqual(['keys']);
    expect(await inBash('keys', 'rotate')).toEqual(['rotate', 'rotate-vault']);
    expect(await inBash('projects', 'link', '--provider-')).toEqual(['--provider-project']);
  });

  it('offers the choices of an option, and the other options behind it', async () => {
    expect(await inBash('sync', '--provider', '')).toEqual(PROVIDER_IDS);
    expect(await inBash('report', '--provider', '')).toEqual(ALL_PROVIDER_IDS);
    expect(await inBash('sync', '--provider', 'openai', '--acc')).toEqual(['--accept-restatement']);
  });

  it('offers nothing for a command that is none', async () => {
    expect(await inBash('nothing', '')).toContain('sync');
    expect(await inBash('keys', 'zzz')).toEqual([]);
  });
});

describe('every shell', () => {
  it.each(SHELLS)('%s knows every command and accepts its script', async (shell: Shell) => {
    const script = completionScript(shell, nodes);
    for (const { path } of await listCommands()) expect(script).toContain(` ${path}`);
    const found = await run(shell, ['--version']).catch(() => null);
    if (found !== null) await run(shell, shell === 'fish' ? ['--no-execute', '-c', script] : ['-n', '-c', script]);
  });
});
