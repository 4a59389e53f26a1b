import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../src/errors.js';
import { HELP_TOPICS } from '../src/help-topics.js';
import { createProgram } from '../src/program.js';

/** What `costs help TOPIC` prints. */
async function helpFor(topic: string): Promise<string> {
  const argv = ['help', topic];
  const open = () => Promise.reject(new Error('help opens nothing'));
  const program = await createProgram(argv, '0.0.0', open as never);
  let text = '';
  for (const command of [program, ...program.commands]) command.configureOutput({ writeOut: (part) => (text += part) });
  await expect(program.parseAsync(argv, { from: 'user' })).rejects.toMatchObject({ exitCode: 0 });
  return text;
}

describe('help topics', () => {
  it.each(Object.entries(HELP_TOPICS))('prints %s from the README as plain text', async (topic, heading) => {
    const text = await helpFor(topic);
    expect(text.startsWith(`${heading}\n`)).toBe(true);
    expect(text).not.toMatch(/```|^## |^\| /m);
  });

  it('explains every exit code there is', async () => {
    const text = await helpFor('exit-codes');
    for (const code of new Set([0, ...Object.values(EXIT_CODES)]))
      expect(text).toMatch(new RegExp(`^ +${String(code)} +\\S`, 'm'));
  });

  it('names every variable the README names', async () => {
    const text = await helpFor('environment');
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const section = readme.split('\n## Environment\n')[1]?.split('\n## ')[0] ?? '';
    const names = [...section.matchAll(/`([A-Z_]{2,})`/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) expect(text).toContain(name);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(79);
  });
});
