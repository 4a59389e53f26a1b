import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from './helpers/database.js';
import { registerOrganization } from './helpers/organization.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe('the bundle', () => {
  /** By file of the bundle: the modules of which it holds a part. */
  let inputs: Record<string, string[]>;

  beforeAll(async () => {
    inputs = JSON.parse(await readFile(path('../dist/modules.json'), 'utf8')) as typeof inputs;
  });

  /** The files of the bundle that a command loads on its way. */
  async function filesOf(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
    const { stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', path('helpers/programs/tell-loads.js'), path('../bin/costs.js'), ...args],
      { env: { PATH: process.env.PATH, ...env } },
    );
    return [...stderr.matchAll(/^loads dist[/](\S+)/gm)].map(([, file]) => file ?? '');
  }

  /** The modules of which these files hold a part. */
  const modulesIn = (files: readonly string[]) => files.flatMap((file) => inputs[file] ?? []).join('\n');
  const modulesOf = async (args: readonly string[]) => modulesIn(await filesOf(args));

  it('loads nothing but its first file for the version and the general help', async () => {
    for (const word of ['--version', '-V', '--help', '-h', 'help']) expect(await filesOf([word])).toEqual(['main.cjs']);
  });

  it('says of itself what the program says, whatever asks for it', async () => {
    const says = async (...args: string[]) =>
      (await promisify(execFile)(process.execPath, [path('../bin/costs.js'), ...args])).stdout;
    const told = await says('--no-color', '--help');
    expect(told).toMatch(/^Usage: costs .*\n[^]*^Daily:$/m);
    for (const word of ['--help', '-h', 'help']) expect(await says(word)).toBe(told);
  });

  it('loads for the help of the whole nothing that opens or draws anything', async () => {
    const packages = (await modulesOf(['--no-color', '--help'])).matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g);
    expect([...new Set([...packages].map(([, name]) => name))].sort()).toEqual([
      '@date-fns/utc',
      // Of `string-width`, as help is wrapped where it is wider than the terminal.
      'ansi-regex',
      'commander',
      'date-fns',
      'get-east-asian-width',
      'string-width',
      'strip-ansi',
    ]);
  });

  it('is not begun by a Node.js that is older than the package allows, which is told so in words', async () => {
    const { engines } = JSON.parse(await readFile(path('../package.json'), 'utf8')) as { engines: { node: string } };
    const oldest = engines.node.replace('>=', '');
    const runAs = (version: string) => {
      const pretend = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;
      const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, path('../bin/costs.js')];
      return promisify(execFile)(process.execPath, [...args, '--version']);
    };
    for (const version of ['18.20.8', '20.18.3'])
      await expect(runAs(version)).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: `costs needs Node.js ${oldest} or newer; this is ${version}.\n→ Install a newer one: https://nodejs.org\n`,
      });
    for (const version of [`${oldest}.0`, '100.0.0']) expect((await runAs(version)).stderr).toBe('');
  });

  it('loads for the help no more of Node than it needs', async () => {
    const tell = 'data:text/javascript,process.on("exit",()=>process._rawDebug(process.moduleLoadList.join("\\n")))';
    const { stderr } = await promisify(execFile)(process.execPath, [
      '--import',
      tell,
      path('../bin/costs.js'),
      '--no-color',
      '--help',
    ]);
    expect(stderr).toContain('NativeModule os');
    expect(stderr).not.toMatch(/^NativeModule (child_process|crypto|perf_hooks|fs\/promises)$/m);
  });

  it('loads for a report what reads and draws it, and nothing that asks providers or people or changes schemas', async () => {
    const { database, target } = await useTestDatabase('postgresql');
    await database.prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerOrganization(database.prisma, 'openai', 'org-1');
    await database.prisma.project.create({ data: { id: 'p1', teamId: 'team-1', name: 'Search' } });
    const files = await filesOf(['report', 'last-month'], { DATABASE_URL: target.url });
    // Each takes Node a third of a millisecond: what is loaded together is one.
    expect(files.length).toBeLessThan(20);
    const loaded = modulesIn(files);
    expect(loaded).toMatch(/src\/store\/spend\//);
    for (const unwanted of ['undici', 'zod', 'inquirer', 'ora', 'lossless-json', '@hpke/core'])
      expect(loaded).not.toContain(`node_modules/${unwanted}/`);
    for (const unwanted of [
      'src/emulator/',
      'src/vault/',
      'src/sync/',
      'src/output/page/',
      'src/store/migrations/engine',
      // Prisma's client and its planner of queries.
      'src/generated/prisma/client',
      '@prisma/client/',
      'query_compiler',
    ])
      expect(loaded).not.toContain(unwanted);
  });

  it('declares the library in types that need no package but those of Node', async () => {
    const left = ['../dist/types/index.d.ts'];
    const seen = new Set(left);
    for (const name of left) {
      const text = await readFile(path(name), 'utf8');
      for (const [, from = ''] of text.matchAll(/(?:\bfrom|\bimport\()\s*['"]([^'"]+)['"]/g)) {
        if (from.startsWith('node:')) continue;
        expect(`${name}: ${from}`).toMatch(/: \.{1,2}\/.+\.js$/);
        const next = posix.join(posix.dirname(name), from.replace(/\.js$/, '.d.ts'));
        if (!seen.has(next)) left.push(next);
        seen.add(next);
      }
    }
    expect(seen).toContain('../dist/types/domain/report.d.ts');
    expect([...seen].filter((name) => name.includes('/generated/') || name.includes('/store/'))).toEqual([]);
  });
});
