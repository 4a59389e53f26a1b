import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { foundTeam, openDesk } from '../helpers/vault.js';

const WRONG = new Secret('wrong horse battery staple');
const EMAIL = 'admin@example.com';

let base: TestDatabase;
beforeEach(async () => {
  base = await createTestDatabase('postgresql');
  await foundTeam(base.database, 'acme', EMAIL);
});
afterEach(() => base.drop());

describe('the time of an answer', () => {
  it('does not tell whether an email is known', async () => {
    const times = { known: [] as number[], unknown: [] as number[] };
    // One right after the other, so that another load on the machine slows both. Where twelve rounds are not enough to
    // outweigh it, more are added to them, and all are judged together: a difference that is there in truth stays.
    for (const rounds of [12, 24, 40]) {
      while (times.unknown.length < rounds) {
        const order = times.known.length % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
        for (const kind of order) times[kind].push(await timeOf(kind === 'known' ? EMAIL : 'nobody@example.com'));
      }
      if (Math.abs(ratioOf(times) - 1) < 0.1) break;
    }
    expect(Math.abs(ratioOf(times) - 1)).toBeLessThan(0.1);
  });

  async function timeOf(email: string): Promise<number> {
    const began = performance.now();
    await expect(openDesk(base.database).vault.logins.login(email, WRONG)).rejects.toThrow(
      'The email or the password is wrong.',
    );
    const taken = performance.now() - began;
    await base.database.prisma.$executeRaw`DELETE FROM login_attempts`;
    return taken;
  }

  const ratioOf = ({ known, unknown }: Record<'known' | 'unknown', number[]>) => median(known) / median(unknown);
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
});
