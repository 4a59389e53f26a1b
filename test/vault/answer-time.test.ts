// @module-tag story

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
    while (times.unknown.length < 5) {
      times.known.push(await timeOf(EMAIL));
      times.unknown.push(await timeOf('nobody@example.com'));
    }
    // Without the stretching it would be a tenth, or ten.
    expect(Math.abs(ratioOf(times) - 1)).toBeLessThan(0.25);
  });

  async function timeOf(email: string): Promise<number> {
    // Processor time, which another load on the machine does not stretch as it does the clock.
    const began = process.cpuUsage();
    await expect(openDesk(base.database).vault.logins.login(email, WRONG)).rejects.toThrow(
      'The email or the password is wrong.',
    );
    const { user } = process.cpuUsage(began);
    await base.database.prisma.$executeRaw`DELETE FROM login_attempts`;
    return user;
  }

  const ratioOf = ({ known, unknown }: Record<'known' | 'unknown', number[]>) => median(known) / median(unknown);
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
});
