import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { SETTLED_AFTER_DAYS } from '../src/domain/collection.js';
import { EXIT_CODES } from '../src/errors.js';
import { HELP_TOPICS } from '../src/help/topics.js';
import { createProgram } from '../src/program.js';
import { ALL_PROVIDER_IDS } from '../src/providers/registry.js';

const folder = new URL('../src/help/', import.meta.url);
const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

/** What `costs help TOPIC` prints. */
async function helpFor(topic: string, columns?: number): Promise<string> {
  const argv = ['help', ...topic.split(' ')];
  const open = () => Promise.reject(new Error('help opens nothing'));
  const program = await createProgram(argv, '0.0.0', open as never, undefined, columns);
  let text = '';
  for (const command of [program, ...program.commands]) command.configureOutput({ writeOut: (part) => (text += part) });
  await expect(program.parseAsync(argv, { from: 'user' })).rejects.toMatchObject({ exitCode: 0 });
  return text;
}

describe('help topics', () => {
  it('are the files of one folder, each named by the README', async () => {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
    expect(files).toEqual(HELP_TOPICS.map((topic) => `${topic}.md`));
    for (const file of files) expect(readme).toContain(`(src/help/${file})`);
  });

  it.each(HELP_TOPICS)('prints %s as plain text of 79 columns', async (topic) => {
    const markdown = await readFile(new URL(`${topic}.md`, folder), 'utf8');
    const text = await helpFor(topic);
    expect(text).toContain(`${/^# (.*)$/m.exec(markdown)?.[1] ?? ''}\n`);
    expect(text).not.toMatch(/```|^#+ |^\| |\*\*|\]\(/m);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(79);
  });

  it.each(HELP_TOPICS)('prints %s within a narrow terminal, but for what is to be pasted', async (topic) => {
    const wide = new Set((await helpFor(topic)).split('\n'));
    for (const columns of [40, 50, 60]) {
      const added = (await helpFor(topic, columns)).split('\n').filter((line) => !wide.has(line) && / \S+ /.test(line));
      for (const line of added) expect(line.length, line).toBeLessThanOrEqual(columns);
    }
  });

  it('have a section of every provider, whose files are imported too', async () => {
    for (const id of ALL_PROVIDER_IDS) expect((await helpFor(`provider ${id}`)).split('\n')[0]).toContain(id);
  });

  it('explains every exit code there is', async () => {
    const text = await helpFor('exit-codes');
    for (const code of new Set([0, ...Object.values(EXIT_CODES)]))
      expect(text).toMatch(new RegExp(`^ +${String(code)} +\\S`, 'm'));
  });

  it('names every variable that the configuration reads', async () => {
    const config = await readFile(new URL('../src/config.ts', import.meta.url), 'utf8');
    const names = [...config.matchAll(/text\('([A-Z_]+)'\)/g)].map(([, name]) => name ?? '');
    expect(names).toContain('DATABASE_URL');
    const text = await helpFor('environment');
    const missing = names.filter(
      (name) => !text.includes(name) && !['CI', 'NODE_TLS_REJECT_UNAUTHORIZED'].includes(name),
    );
    expect(missing).toEqual([]);
  });

  it('says with the README when a day is settled', async () => {
    const told = new RegExp(`read\\s+${SETTLED_AFTER_DAYS} days (?:after|or more after)\\s+its end`);
    for (const text of [readme, await helpFor('numbers'), await helpFor('focus')]) expect(text).toMatch(told);
  });

  it('of a command that is a topic, too, stands after its own help', async () => {
    expect(await helpFor('usage')).toMatch(/^Usage: costs usage[\s\S]*compare[\s\S]*\nUsage beside the bills\n/);
  });
});
