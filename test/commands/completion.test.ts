import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { ALL_PROVIDER_IDS, PROVIDER_IDS } from '../../src/providers/registry.js';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { completionScript, SHELLS, type Shell } from '../../src/commands/completion/scripts.js';
import { REPORT_COLUMNS } from '../../src/domain/report-columns.js';
import { completionTree, type CompletionNode } from '../../src/commands/completion/tree.js';
import { createFullProgram } from '../../src/program.js';
import { embeddedFolders } from '../../src/store/embedded-folders.js';
import { acquireLock } from '../../src/store/lock.js';
import { listCommands } from '../helpers/command-table.js';
import { HAS_TERMINAL, inTerminal, type Step } from '../helpers/terminal.js';
import { useMachine } from '../helpers/costs.js';
import { environmentOf, useTestDatabase } from '../helpers/database.js';

const run = promisify(execFile);
let nodes: CompletionNode[];
beforeAll(async () => {
  nodes = completionTree(
    await createFullProgram('0.0.0', () => {
      throw new Error('nothing runs');
    }),
  );
});

/** Stands for the tool, which a script asks for names only. */
const TOOL = `costs() { case "$*" in "completion names projects") printf '%s\\n' Search 'Support Bot' "Bo's" ;; "completion names projects --team=other") echo Theirs ;; esac; }`;

/** What bash offers after these words, of which the last is being written. */
async function inBash(...words: string[]): Promise<string[]> {
  const script = `${TOOL}
${completionScript('bash', nodes)}
COMP_LINE="$LINE"; COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _costs; printf '%s\\n' "\${COMPREPLY[@]}"`;
  // Bash parts a word at `=`.
  const LINE = ['costs', ...words].join(' ').replaceAll(' = ', '=');
  const { stdout } = await run('bash', ['-c', script, 'bash', 'costs', ...words], { env: { ...process.env, LINE } });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('the completion of bash', () => {
  it('offers commands, what a group holds, and the options of a command', async () => {
    expect(await inBash('ke')).toEqual(['keys']);
    expect(await inBash('keys', 'rotate')).toEqual(['rotate', 'rotate-vault']);
    expect(await inBash('projects', 'link', '--provider-')).toEqual(['--provider-project']);
  });

  it('offers the choices of an option, and the other options behind it', async () => {
    expect(await inBash('projects', 'discover', '--provider', '')).toEqual(PROVIDER_IDS);
    expect(await inBash('sync', '--provider', '')).toEqual(ALL_PROVIDER_IDS);
    expect(await inBash('sync', '--provider', '=', 'opena')).toEqual(['openai']);
    expect(await inBash('sync', '--provider', 'openai', '--acc')).toEqual(['--accept-restatement']);
  });

  it('offers periods, groupings after a comma, topics of the help, and variables of the shell', async () => {
    expect(await inBash('report', 'last-m')).toEqual(['last-month']);
    expect(await inBash('report', '--group-by', 'project,mo')).toEqual([
      'project,model',
      'project,modality',
      'project,month',
    ]);
    expect(await inBash('report', '--columns', 'tokens,per')).toEqual(['tokens,per-1m']);
    expect(await inBash('export', '--columns', 'day,curr')).toEqual(['day,currency']);
    expect(await inBash('help', 'secu')).toEqual(['security']);
    expect(await inBash('help', 'keys', 'rotate-')).toEqual(['rotate-vault']);
    expect(await inBash('help', 'json', 'keys', 'rotate-')).toEqual(['rotate-vault']);
    expect(await inBash('help', 'provider', '')).toEqual(ALL_PROVIDER_IDS);
    expect(await inBash('keys', 'add', '--from-env', 'PAT')).toContain('PATH');
  });

  it('offers names of the team that is named, as a shell reads them', async () => {
    expect(await inBash('report', '--project', 'Sup')).toEqual([String.raw`Support\ Bot`]);
    expect(await inBash('report', '--project', String.raw`Support\ B`)).toEqual([String.raw`Support\ Bot`]);
    expect(await inBash('projects', 'unlink', '"Sup')).toEqual(['Support Bot']);
    expect(await inBash('projects', 'unlink', '')).toEqual(['Search', String.raw`Support\ Bot`, String.raw`Bo\'s`]);
    expect(await inBash('report', '--team', 'other', '--project', '')).toEqual(['Theirs']);
  });

  it('offers names that run nothing, within quotes or without', async () => {
    const names = [
      '$(echo x)',
      '`echo x`',
      `"; echo x; "`,
      `'; echo x; '`,
      `\\"; echo x; #`,
      `\\'; echo x; #`,
      '!! $HOME \\',
    ];
    const script = `costs() { printf '%s\\n' "$NAME"; }
${completionScript('bash', nodes)}
for quote in '' '"' "'"; do
  COMP_LINE="costs projects unlink $quote"; COMP_WORDS=(costs projects unlink "$quote"); COMP_CWORD=3; _costs; eval "printf '%s\\n' $quote$COMPREPLY$quote"
done`;
    for (const name of names)
      expect((await run('bash', ['-c', script], { env: { ...process.env, NAME: name } })).stdout).toBe(
        `${name}\n`.repeat(3),
      );
  });

  it('offers no argument in place of a value that it does not know, nor options in place of a file', async () => {
    for (const option of ['--top', '--model', '--output']) expect(await inBash('report', option, '')).toEqual([]);
    expect(await inBash('import', 'focus', '')).toEqual([]);
  });

  it('offers nothing where no store can be asked', async () => {
    expect(await inBash('keys', 'rotate', '')).toEqual([]);
  });

  it('offers nothing for a command that is none', async () => {
    expect(await inBash('nothing', '')).toContain('sync');
    expect(await inBash('keys', 'zzz')).toEqual([]);
  });
});

describe.skipIf(!HAS_TERMINAL)('a person at a terminal of bash', { tags: ['story'] }, () => {
  it('gets the names whole in which bash sees several words, of the team that the line names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-bash-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const tool = `case "$*" in
      "completion names projects") printf '%s\\n' team:eu:west a=b Support\\ Bot 'Say "hi" \\ $5' ;;
      "completion names organizations") echo 'Prod: EU' ;;
      "completion names members") echo b@example.com ;;
      "completion names projects --team=Acme Corp") echo Theirs ;;
      *) printf '<%s>' "$@"; echo ;;
    esac`;
    await writeFile(join(folder, 'costs'), `#!/bin/sh\n${tool}\n`, { mode: 0o755 });
    await writeFile(join(folder, 'script'), completionScript('bash', nodes));
    const lines = [
      ['projects unlink team:e', '<projects><unlink><team:eu:west>'],
      ['projects unlink team:', '<projects><unlink><team:eu:west>'],
      ['projects unlink "team:e', '<projects><unlink><team:eu:west>'],
      ['report --project=team:eu:w', '<report><--project=team:eu:west>'],
      ['report --project a=', '<report><--project><a=b>'],
      ['report --project="Supp', '<report><--project=Support Bot>'],
      ['report --project Say\\ \\"hi\\"\\ \\\\', '<report><--project><Say "hi" \\ $5>'],
      ['report --organization Prod:\\ ', '<report><--organization><Prod: EU>'],
      ['report --group-by tag:product,mode', '<report><--group-by><tag:product,model>'],
      ['members remove b@', '<members><remove><b@example.com>'],
      ['members remove b@ex', '<members><remove><b@example.com>'],
      ['--team "Acme Corp" projects unlink T', '<--team><Acme Corp><projects><unlink><Theirs>'],
      ['--team=Acme\\ Corp projects unlink T', '<--team=Acme Corp><projects><unlink><Theirs>'],
      ['--team sync projects unlin', '<--team><sync><projects><unlink>'],
    ] as const;
    const steps = lines.map(([typed], at): Step => [`[${at + 1}]`, `costs ${typed}\t\r`]);
    const { screen } = await inTerminal(
      ['bash', '--norc', '--noprofile', '-i'],
      // What each prompt counts, the next line waits for.
      { PATH: `${folder}:${process.env.PATH}`, HOME: folder, LANG: 'C.UTF-8', TERM: 'dumb', PS1: '[$((n++))] ' },
      [['[0]', `. ${folder}/script\r`], ...steps, [`[${lines.length + 1}]`, 'exit\r']],
      { pauseMs: 50, columns: 200 },
    );
    for (const [typed, read] of lines) expect(screen, typed).toContain(`\n${read}\r\n`);
  });
});

describe('the names that are offered', () => {
  it('are those of one team, and none of a store that is not there, cannot be read or is in use', async () => {
    const { database, target } = await useTestDatabase('postgresql');
    await database.pool.query(
      `INSERT INTO teams VALUES ('t1', 'acme'), ('t2', 'other');
       INSERT INTO projects (id, team_id, name) VALUES ('p1', 't1', 'Search'), ('p2', 't1', 'Search'), ('p3', 't2', 'Theirs')`,
    );
    const machine = await useMachine(environmentOf(target));
    const names = (...more: string[]) => machine.here(['completion', 'names', 'projects', ...more]);
    expect(await names('--team', 'acme')).toMatchObject({ code: 0, stdout: 'Search\n', stderr: '' });
    const silent = { code: 0, stdout: '', stderr: '' };
    expect(await names()).toMatchObject(silent);
    const apart = await useMachine({}, { store: true });
    expect(await machine.here(['completion', 'names', 'projects'], { env: { DATABASE_URL: '' } })).toMatchObject(
      silent,
    );
    const lock = await acquireLock(embeddedFolders(join(apart.home, 'costs')).lock);
    expect(await apart.here(['completion', 'names', 'projects'])).toMatchObject(silent);
    await lock.release();
  });
});

const has = (shell: Shell) =>
  run(shell, ['--version']).then(
    () => true,
    () => false,
  );
const HAS_ZSH = await has('zsh');
const HAS_FISH = await has('fish');

describe('zsh', () => {
  it.skipIf(!HAS_ZSH)('offers the same', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-zsh-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, '_costs'), completionScript('zsh', nodes));
    const offered = async (...words: string[]) => {
      // As the help says to install it: the first TAB of a shell calls a function that is this file.
      const script = `${TOOL}
compdef() { :; }; compset() { :; }; compadd() { [[ $1 == -a ]] && print -l -- \${(P)3} || print -l -- "\${@:2}"; }
_files() { print 'a file'; }
fpath=(${folder}); autoload -Uz _costs
words=(costs "$@"); CURRENT=\${#words}; PREFIX="\${words[CURRENT]}"; _costs`;
      const { stdout } = await run('zsh', ['-f', '-c', script, 'zsh', ...words]);
      return stdout.split('\n').filter((line) => line !== '');
    };
    expect(await offered('keys', 'rotate', '--allow')).toContain('--allow-host');
    expect(await offered('sync', '--provider', '')).toEqual(ALL_PROVIDER_IDS);
    expect(await offered('report', '--project', '')).toEqual(['Search', 'Support Bot', "Bo's"]);
    for (const team of [['--team=other'], ['--team', '"other"']])
      expect(await offered(...team, 'report', '--project', '')).toEqual(['Theirs']);
    expect(await offered('report', '--columns', '')).toEqual(REPORT_COLUMNS);
    expect(await offered('report', '--top', '')).toEqual([]);
    expect(await offered('export', '--output', '/tmp')).toEqual(['a file']);
    expect(await offered('import', 'focus', '/tmp')).toEqual(['a file']);
  });
});

describe('fish', () => {
  it.skipIf(!HAS_FISH)('offers the same, and files where one stands', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-fish-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'bill.csv'), '');
    const lines = ['import focus b', 'export --output b', 'report --columns b', 'help keys rotate-'];
    const asked = lines.map((line) => `complete -C 'costs ${line}'; echo .`).join('\n');
    const script = `${completionScript('fish', nodes)}\n${asked}`;
    const { stdout } = await run('fish', ['-N', '-c', script], { cwd: folder, env: { ...process.env, HOME: folder } });
    expect(stdout).toBe('bill.csv\n.\nbill.csv\n.\n.\nrotate-vault\n.\n');
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
