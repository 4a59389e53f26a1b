import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { commandTable, listCommands } from './helpers/command-table.js';

const file = new URL('../README.md', import.meta.url);
const readme = await readFile(file, 'utf8');
const TABLE = /(<!-- commands -->\n)([\s\S]*?)(\n<!-- \/commands -->)/;

describe('the README', () => {
  it('has the table of commands that the program describes (UPDATE_README=1 writes it)', async () => {
    const table = await commandTable();
    if (process.env.UPDATE_README === '1')
      await writeFile(
        file,
        readme.replace(TABLE, (_, before: string, __, after: string) => before + table + after),
      );
    else expect(TABLE.exec(readme)?.[2]).toBe(table);
  });

  it('is short: at most 150 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it('has the two commands that package.json has', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(readme).toContain('npm ci && npm run demo');
    expect(readme).toContain('npm ci && npm test');
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test']));
  });
});

it('nothing we print or write has a person run a package of that name from a registry, where it is not ours', async () => {
  const source = new URL('../src/', import.meta.url);
  const files = (await readdir(source, { recursive: true })).filter((name) => /\.(ts|md)$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, source), 'utf8')));
  expect([readme, ...texts].filter((text) => /npx (-y |--yes )?costs\b/.test(text))).toEqual([]);
});

describe('the help', () => {
  it('of every command describes it and gives examples', async () => {
    for (const { path, command } of await listCommands()) {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(command.description(), path).toMatch(/[.!]$/);
      expect(help, path).toMatch(/Examples:\n {2}\$ .*costs /);
      expect(help, path).toContain('--json');
    }
  });
});
