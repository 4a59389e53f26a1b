// @module-tag story

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/errors.js';
import { useCollector } from '../helpers/collector.js';
import { useTestDatabase } from '../helpers/database.js';
import { openEmulator } from '../helpers/emulator.js';
import { fuzzTerms } from './fuzz-terms.js';
import { lastDays, makeWorld, storedSums } from './world.js';

const TERMS = fuzzTerms({ parts: 2, longMinutes: 4, fewRuns: 20, seed: 4 });
const span = lastDays(4);

/** What no contract allows, or hardly. */
const junk = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '-1',
    '1e400',
    '1e-400',
    '""',
    '"NaN"',
    '"1,5"',
    '[]',
    '{}',
    '[[[[[[[[]]]]]]]]',
    '{"__proto__":{"polluted":1}}',
    '"9999-99-99T00:00:00Z"',
    '1767225601',
    '99999999999999',
    '"\\u0000\\u202e"',
    '"0.1234567890123456789012345678901"',
    '"123456789012345678901234567890123456.1"',
  ),
  fc.string().map((text) => JSON.stringify(text)),
  fc.double().map(String),
);

/** Puts something else in the place of one value of a JSON text, or cuts, doubles or drops a piece of it. */
function mutate(text: string, at: number, other: string, how: number): string {
  const values = [...text.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|null|true|false)/g)];
  const chosen = values[Math.floor(at * values.length)];
  if (chosen === undefined) return other;
  const [start, end] = [chosen.index, chosen.index + chosen[0].length];
  if (how === 0) return text.slice(0, start) + other + text.slice(end);
  if (how === 1) return text.slice(0, start);
  if (how === 2) return text.slice(0, end) + text.slice(start);
  return text.slice(0, start) + text.slice(end);
}

describe('an answer with something wrong in it', () => {
  it.each(['org-1', 'ant-1'])(
    'from %s never ends in a crash, and never in half a window',
    { timeout: TERMS.timeout },
    async (id) => {
      const emulator = await openEmulator({ world: makeWorld(9, 6), now: () => new Date() });
      emulator.world.organizations.splice(0, Infinity, emulator.organization(id));
      const { database } = await useTestDatabase('postgresql');
      const { collect } = await useCollector(database, emulator, { patience: { giveUpAfterMs: 10 } });
      await collect(span, { acceptRestatement: true });
      const right = await storedSums(database.prisma);
      const answer = await answerOf(emulator, id);

      await fc.assert(
        fc.asyncProperty(fc.double({ min: 0, max: 0.999, noNaN: true }), junk, fc.nat(3), async (at, other, how) => {
          const body = mutate(answer, at, other, how);
          const stop = emulator.addFault({ fault: { kind: 'body', text: body }, match: { path: '/cost' } });
          const { organizations } = await collect(span);
          stop();
          const [only] = organizations;
          if (only?.status === 'failed') {
            expect(Object.keys(EXIT_CODES)).toContain(only.error?.code);
            expect(only.error?.message).not.toMatch(/\n\s+at |undefined|\[object|TypeError|invocation/);
            expect(await storedSums(database.prisma), body).toEqual(right);
          } else {
            // It was a right answer after all, of other figures.
            await collect(span, { acceptRestatement: true });
            expect(await storedSums(database.prisma)).toEqual(right);
          }
          expect(({} as { polluted?: number }).polluted).toBeUndefined();
        }),
        TERMS.parameters,
      );
    },
  );
});

/** The text the emulator sends for the span. */
async function answerOf(emulator: Awaited<ReturnType<typeof openEmulator>>, id: string): Promise<string> {
  const { query, path } = emulator.requests.findLast((each) => each.path.includes('/cost')) ?? { query: '', path: '' };
  const key = emulator.organization(id).keys[0]?.secret ?? '';
  const headers = { authorization: `Bearer ${key}`, 'x-api-key': key, 'anthropic-version': '2023-06-01' };
  return (await fetch(`${emulator.baseUrl('anthropic')}${path}?${query}`, { headers })).text();
}
