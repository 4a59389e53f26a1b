import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { shell } from '../../src/domain/shell.js';
import { CostsError, EXIT_CODES, type ErrorCode } from '../../src/errors.js';
import { waysOn, withNextStep } from '../../src/next-step.js';
import { createOutput, type Streams } from '../../src/output/create.js';
import { hasCommand, renderHint } from '../../src/output/hint.js';
import { createFullProgram } from '../../src/program.js';

interface Text {
  where: string;
  /** As written, with `x` for what is put in. */
  text: string;
  /** Whether names are put into a command that does not quote them. */
  bare: boolean;
}

const COMMAND = /(?:^|: |→ )(costs [a-z].*)$/s;
const ARE_NO_HINTS = ['src/commands/completion/scripts.ts', 'src/commands/db/grants.ts', 'src/program.ts'];

/** Every text of the source, by its syntax tree; templates with `x` for each value. */
function textsOf(path: string): Text[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Text[] = [];
  const visit = (node: ts.Node): void => {
    const where = `${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
      found.push({ where, text: node.text, bare: false });
    if (ts.isTemplateExpression(node)) {
      const quoted = ts.isTaggedTemplateExpression(node.parent) && node.parent.tag.getText() === 'shell';
      const text = node.head.text + node.templateSpans.map(({ literal }) => `x${literal.text}`).join('');
      const command = COMMAND.exec(text)?.[1] ?? '';
      const start = text.length - command.length;
      let at = node.head.text.length;
      let inside = 0;
      for (const { literal } of node.templateSpans) {
        if (command !== '' && at >= start) inside += 1;
        at += 1 + literal.text.length;
      }
      found.push({ where, text, bare: inside > 0 && !quoted });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const texts = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path}`)
  .filter((path) => path.endsWith('.ts') && !/^src\/(emulator|generated)\//.test(path) && !ARE_NO_HINTS.includes(path))
  .sort()
  .flatMap(textsOf);
/** Names of locks, titles, and a sentence about costs. */
const NO_COMMAND = /^costs (are collected|x$|x --json$|(vault|login|team|findings) x$)/;
const commands = texts.flatMap((each) => {
  const command = COMMAND.exec(each.text)?.[1];
  return command === undefined || NO_COMMAND.test(command) ? [] : [{ ...each, command }];
});

class Understood extends Error {}

/** Whether this machine has the program. */
function isThere(name: string): boolean {
  return spawnSync(name, ['-c', 'exit']).status === 0;
}

describe('a command in a hint', () => {
  let program: Command;

  beforeAll(async () => {
    program = await createFullProgram('', () => {
      throw new Understood();
    });
    const silence = (command: Command): void => {
      command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
      command.commands.forEach(silence);
    };
    silence(program);
  });

  /** What the program says of a command line, or null when it would run. */
  async function complaintOf(command: string): Promise<string | null> {
    const topic = /^costs help (\S+)$/.exec(command)?.[1];
    if (topic !== undefined) return existsSync(`src/help/${topic}.md`) ? null : 'there is no such topic';
    const words = (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
    const end = words.findIndex((word) => ['|', '>', '<'].includes(word));
    try {
      await program.parseAsync(words.slice(1, end === -1 ? undefined : end), { from: 'user' });
    } catch (error) {
      if (error instanceof Understood || (error as { code?: string }).code === 'commander.helpDisplayed') return null;
      return error instanceof Error ? error.message : String(error);
    }
    return 'nothing runs';
  }

  it('is found all over the source', () => {
    expect(commands.length).toBeGreaterThan(120);
  });

  it('is understood by the program itself', async () => {
    const wrong: string[] = [];
    for (const { where, command } of commands)
      for (const line of command.split(/ && |\n/).filter((each) => each.startsWith('costs '))) {
        // A value stands where a day, a number or a name may.
        const days = line
          .replaceAll(/--(since|until) x/g, '--$1 2026-01-01')
          .replaceAll('costs explain x', 'costs explain 2026-01-01')
          .replaceAll('--provider x', '--provider openai')
          .replaceAll('--tag x', '--tag x=x')
          .replaceAll('--columns x', '--columns tokens')
          .replaceAll('--group-by x', '--group-by project');
        const complaint = await complaintOf(days);
        if (complaint !== null) wrong.push(`${where}: ${line}: ${complaint}`);
      }
    expect(wrong).toEqual([]);
  });

  it('needs nothing filled in before it is pasted', () => {
    expect(
      commands.filter(({ command }) => /(^|[\s=])[A-Z]{2,}(?=\s|$)/.test(command)).map(({ where }) => where),
    ).toEqual([]);
  });

  it('quotes every name that is put into it', () => {
    expect(commands.filter(({ bare }) => bare).map(({ where }) => where)).toEqual([]);
  });

  it('takes no name for an option', () => {
    expect(shell`costs keys rotate ${'-x'}`).toBe('costs keys rotate -- -x');
    expect(shell`costs a --name ${'-x y'} --z ${'q'} && costs b ${'$(x)'}`).toBe(
      `costs a --name="-x y" --z q && costs b '$(x)'`,
    );
  });

  it('alone stands behind an arrow', () => {
    const arrows = texts.filter(({ text }) => /→ /.test(text) && !/→ (costs [a-z]|rm |x)/.test(text));
    expect(arrows.map(({ where, text }) => `${where}: ${text}`)).toEqual([]);
  });

  it('is no name that looks like one, wherever it stands', () => {
    const name = `a: costs logout`;
    const command = shell`costs keys rotate ${name}`;
    expect(renderHint(`The key of ${name} is exposed: ${command}`)).toBe(`The key of ${name} is exposed → ${command}`);
    expect(renderHint(shell`costs keys rotate ${`${name} '"$x`}`)).toBe(
      `→ ${shell`costs keys rotate ${`${name} '"$x`}`}`,
    );
  });

  it.each(['sh', 'bash', 'zsh', 'fish'].filter(isThere))('executes nothing of a hostile name in %s', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'costs-hint-'));
    const print = `printf '%s\\n'`;
    const costs = name === 'fish' ? `function costs; ${print} $argv; end` : `costs() { ${print} "$@"; }`;
    for (const hostile of [
      `Acme $(touch x) "q" 'z'`,
      '`touch x`',
      '; touch x',
      'a\\',
      `\\'; touch x; #`,
      `\\\\'; touch x; #`,
      `"'$x\\`,
      '!!',
      '',
      '*',
      '~',
      '=ls',
      '&& touch x #',
      '(touch x)',
    ]) {
      const [, command = ''] = renderHint(shell`Its key has expired: costs keys rotate ${hostile}`).split('→ ');
      const printed = execFileSync(name, ['-c', `${costs}\n${command}`], { cwd: folder, encoding: 'utf8' });
      expect(printed).toBe(`keys\nrotate\n${hostile}\n`);
    }
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });
});

describe('a hint', () => {
  it('is shown with an arrow before its command, and without one where there is none', () => {
    expect(renderHint('costs keys list')).toBe('→ costs keys list');
    expect(renderHint('To swap its key: costs keys rotate org-1')).toBe('To swap its key → costs keys rotate org-1');
    expect(renderHint('Check the network.')).toBe('Check the network.');
  });

  it('is of the team that --team named, unless it names one, as a database of several teams asks for it', () => {
    const lines: string[] = [];
    const stream = { isTTY: true, columns: 200, write: (text: string) => lines.push(text) > 0 };
    const pipe = stream as unknown as Streams['stderr'];
    const streams: Streams = { stdin: { isTTY: true }, stdout: pipe, stderr: pipe };
    const told = { noColor: true, ci: false, team: 'Béta team', program: 'npx costs' };
    const output = createOutput({ ...told, streams });
    output.note('Go on: costs sync && costs report');
    output.fail(new CostsError('usage', 'Which team?', { hint: 'As in: costs status --team acme' }));
    createOutput({ ...told, streams: { ...streams, stderr: { ...pipe, isTTY: false } } }).note('costs sync');
    expect(lines.join('')).toBe(
      'Go on → npx costs --team "Béta team" sync && npx costs --team "Béta team" report\n' +
        'costs: Which team?\n  As in → npx costs status --team acme\n' +
        '→ costs --team "Béta team" sync\n',
    );
  });

  it('has a command, whatever the error and whoever made it', () => {
    for (const code of Object.keys(EXIT_CODES) as ErrorCode[])
      for (const hint of [undefined, 'Check the network.', 'Name another file'])
        for (const argv of [[], ['keys', 'remove', 'Acme EU']]) {
          const error = new CostsError(code, 'It failed.', hint === undefined ? {} : { hint });
          const next = withNextStep(error, argv, 'costs keys remove').hint ?? '';
          expect(hasCommand(next), `${code}: ${next}`).toBe(true);
          expect(next, code).not.toMatch(/ : |[a-z] To /);
        }
    const refused = new CostsError('unreachable', 'It failed.', { hint: 'Check the network.' });
    expect(withNextStep(refused, ['keys', 'list', '--team', 'a b'], 'costs keys list').hint).toBe(
      'Check the network. To go on: costs keys list --team "a b"',
    );
  });

  it('of what failed beside others has a command as well, which stands once below all of them', () => {
    const failure = (code: ErrorCode, hint: string) => ({ error: { code, message: 'It failed.', hint } });
    const argv = ['keys', 'verify', 'Acme EU'];
    const mended = failure('auth', 'Swap it: costs keys rotate org-1');
    expect(waysOn([{}, mended], argv)).toEqual([]);
    const others = [failure('auth', 'Allow it these scopes.'), failure('unreachable', 'Check the network.'), mended];
    expect(waysOn([...others, failure('failed', 'Report it.')], argv)).toEqual([
      'To go on: costs keys verify "Acme EU"',
      'Check the setup: costs doctor',
    ]);
  });

  it('that asks for the same command with an option ends with just that, before what is no option any more', () => {
    const hint = 'If the provider is right, run the same command again with --accept-restatement.';
    const argv = ['backfill', '--since', '2026-10-01'];
    const refused = new CostsError('shrink', 'It answered 0 USD.', { hint });
    const command = 'costs backfill --since 2026-10-01 --accept-restatement';
    expect(withNextStep(refused, argv, 'costs backfill').hint).toBe(`If the provider is right: ${command}`);
    const failure = { error: { code: 'shrink' as const, message: 'It answered 0 USD.', hint } };
    expect(waysOn([failure, failure], argv)).toEqual([`With --accept-restatement: ${command}`]);
    const unsure = new CostsError('usage', 'Remove it?', { hint: 'If so, run the same command with --yes.' });
    expect(withNextStep(unsure, ['keys', 'remove', '--', '-x'], 'costs keys remove').hint).toMatch(
      /: costs keys remove --yes -- -x$/,
    );
  });
});
