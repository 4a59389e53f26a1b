import { expect, it } from 'vitest';
import { defineCommand, asItIs } from '../../src/commands/define.js';
import { perform } from '../../src/commands/perform.js';
import type { Context } from '../../src/context.js';
import { CostsError, type ErrorCode } from '../../src/errors.js';
import { selectOrganizations } from '../../src/library/organizations.js';
import type { Workplace } from '../../src/library/workplace.js';

const context = { output: {} } as unknown as Context;

/** The exit code of work that fails. */
async function exitOf(failure: Error, isCheck: boolean): Promise<unknown> {
  const command = defineCommand({
    name: 'try',
    description: 'Fails.',
    examples: [],
    run: () => Promise.reject(failure),
    document: asItIs<unknown>,
    render: () => null,
    isCheck: () => isCheck,
  });
  return perform(command, {}, context).catch((error: unknown) => (error as CostsError).exitCode);
}

it.each<[ErrorCode, number, number]>([
  ['conflict', 1, 3],
  ['no-space', 1, 3],
  ['usage', 2, 2],
  ['unreachable', 6, 6],
])('a failure of the code %s ends with %d, and with %d where 1 means a finding alone', async (code, usual, ofCheck) => {
  expect(await exitOf(new CostsError(code, 'No.'), false)).toBe(usual);
  expect(await exitOf(new CostsError(code, 'No.'), true)).toBe(ofCheck);
});

it('what nobody foresaw is no finding either', async () => {
  expect(await exitOf(new Error('a bug'), true)).toBe(3);
});

it.each([
  ['nothing is registered', []],
  ['every key is disabled', [{ isActive: false }]],
])('to ask for organizations where %s is bad input', async (_, keys) => {
  const work = {
    store: () =>
      Promise.resolve({
        access: () => Promise.resolve({ keys: { list: () => Promise.resolve(keys) } }),
        organizations: { list: () => [] },
      }),
    team: () => Promise.resolve({ id: 'team-1' }),
  } as unknown as Workplace;
  await expect(selectOrganizations(work, {})).rejects.toMatchObject({ code: 'usage' });
});

it('tells the file that it wrote, where standard output says nothing', async () => {
  const command = defineCommand({
    name: 'try',
    description: 'Writes.',
    examples: [],
    toFile: true,
    run: () => Promise.resolve('text'),
    document: asItIs<string>,
    render: (text) => text,
  });
  const notes: string[] = [];
  const intoFile = (_path: string, work: () => Promise<void>) => work();
  const output = { intoFile, write: () => undefined, note: (text: string) => notes.push(text) };
  for (const file of ['report.txt', '-', '/dev/stdout', undefined])
    await perform(command, file === undefined ? {} : { output: file }, { output, argv: [] } as unknown as Context);
  expect(notes).toEqual(['Written to report.txt']);
});

it('a command that changes nothing ends where it is when it is interrupted, once what it opens is open', async () => {
  const order: string[] = [];
  const interruption = new AbortController();
  const interrupted = {
    signal: interruption.signal,
    store: () => Promise.resolve(order.push('open')),
    output: { intoFile: () => order.push('written') },
  } as unknown as Context;
  const command = defineCommand({
    name: 'try',
    description: 'Reads.',
    examples: [],
    readsOnly: true,
    run: () => new Promise(() => undefined),
    document: asItIs<unknown>,
    render: () => null,
  });
  const ended = perform(command, {}, interrupted).catch((error: unknown) => order.push((error as CostsError).code));
  interruption.abort();
  await ended;
  expect(order).toEqual(['open', 'interrupted']);
});
