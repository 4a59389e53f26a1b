import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.js';
import { createTestDatabase, environmentOf, type TestDatabase } from '../helpers/database.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';
import { useMachine } from '../helpers/costs.js';
import { addKey, foundTeam, logIn, OPENAI_KEY, openDesk, PASSWORD, type Founded } from '../helpers/vault.js';

useQuickScrypt();

const WRONG = new Secret('wrong horse battery staple');
const EMAIL = 'admin@example.com';

let base: TestDatabase;
let acme: Founded;
beforeEach(async () => {
  base = await createTestDatabase('postgresql');
  acme = await foundTeam(base.database);
});
afterEach(() => base.drop());

const tryLogin = async (email: string, password = WRONG): Promise<string> => {
  try {
    await openDesk(base.database).vault.logins.login(email, password);
    return 'ok';
  } catch (error) {
    return (error as Error).message;
  }
};
const reasons = async (email: string) => {
  const rows = await base.database.prisma.$queryRaw<{ reason: string; count: number }[]>`
    SELECT reason, count(*)::int AS count FROM login_attempts WHERE email = ${email} GROUP BY reason ORDER BY reason`;
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
};
const LOCKED = 'There were 5 failed attempts for this email; it is locked for 15 minutes.';
const WRONG_ANSWER = 'The email or the password is wrong.';
const age = (email: string, minutes: number) =>
  base.database.prisma
    .$executeRaw`UPDATE login_attempts SET attempted_at = attempted_at - make_interval(mins => ${minutes}::int) WHERE email = ${email}`;

describe('an attempt', () => {
  it('is recorded with who, when, from where and what came of it', async () => {
    await tryLogin(EMAIL, PASSWORD);
    await tryLogin('Admin@Example.com ');
    await tryLogin('nobody@example.com');
    const rows = await base.database.prisma.$queryRaw`
      SELECT email, team_id, host <> '' AS host, os_user <> '' AS os_user, db_user, db_address IS NOT NULL AS address, success, reason,
        attempted_at BETWEEN statement_timestamp() - interval '1 minute' AND statement_timestamp() AS recent FROM login_attempts ORDER BY attempted_at`;
    const everywhere = { host: true, os_user: true, db_user: 'postgres', address: true, recent: true };
    expect(rows).toEqual([
      { ...everywhere, email: EMAIL, team_id: acme.team.id, success: true, reason: 'ok' },
      { ...everywhere, email: EMAIL, team_id: acme.team.id, success: false, reason: 'bad_password' },
      { ...everywhere, email: 'nobody@example.com', team_id: null, success: false, reason: 'unknown_email' },
    ]);
  });

  it('with text that is no email is refused and not recorded', async () => {
    expect(() => acme.vault.logins.parseEmail("' OR 1=1 --")).toThrow('not a valid email address');
    expect(await base.database.prisma.$queryRaw`SELECT 1 FROM login_attempts`).toEqual([]);
  });

  it('is seen by admins, also filtered', async () => {
    await tryLogin(EMAIL, PASSWORD);
    await tryLogin(EMAIL);
    const list = (failedOnly: boolean, since: Date | null = null) =>
      acme.vault.logins.list(acme.team, { failedOnly, since });
    expect((await list(false)).map(({ reason }) => reason)).toEqual(['bad_password', 'ok']);
    expect((await list(true)).map(({ reason }) => reason)).toEqual(['bad_password']);
    expect(await list(false, new Date('2999-01-01'))).toEqual([]);
  });
});

describe('the lock', () => {
  it.each([EMAIL, 'nobody@example.com'])('holds for %s under 20 wrong logins at once', async (email) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => tryLogin(email)));
    expect(answers.filter((answer) => answer === WRONG_ANSWER)).toHaveLength(5);
    expect(answers.filter((answer) => answer === LOCKED)).toHaveLength(15);
    expect(await reasons(email)).toEqual({ [email === EMAIL ? 'bad_password' : 'unknown_email']: 5, locked: 15 });
    expect(await tryLogin(email, PASSWORD)).toBe(LOCKED);
  });

  it('counts one email however it is written, and no other', async () => {
    for (const email of [EMAIL, 'ADMIN@example.com', ' admin@EXAMPLE.com', EMAIL, 'Admin@Example.Com'])
      expect(await tryLogin(email)).toBe(WRONG_ANSWER);
    expect(await tryLogin(EMAIL, PASSWORD)).toBe(LOCKED);
    expect(await tryLogin('other@example.com')).toBe(WRONG_ANSWER);
  });

  it('ends 15 minutes after the fifth failure', async () => {
    for (let index = 0; index < 5; index += 1) {
      await tryLogin(EMAIL);
      await age(EMAIL, index < 4 ? 3 : 0);
    }
    await age(EMAIL, 14);
    expect(await tryLogin(EMAIL, PASSWORD)).toBe(LOCKED);
    await age(EMAIL, 1);
    expect(await tryLogin(EMAIL, PASSWORD)).toBe('ok');
  });

  it('does not count failures that are far apart', async () => {
    for (let index = 0; index < 6; index += 1) {
      expect(await tryLogin(EMAIL)).toBe(WRONG_ANSWER);
      await age(EMAIL, 4);
    }
    expect(await tryLogin(EMAIL, PASSWORD)).toBe('ok');
  });

  it('does not count what a clock that ran ahead has dated', async () => {
    await base.database.prisma.$executeRaw`
      INSERT INTO login_attempts (id, email, attempted_at, success, reason)
      SELECT gen_random_uuid()::text, ${EMAIL}, now() + interval '1 hour', false, 'bad_password' FROM generate_series(1, 5)`;
    expect(await tryLogin(EMAIL, PASSWORD)).toBe('ok');
  });

  it('lets right passwords in side by side', async () => {
    expect(await Promise.all(Array.from({ length: 8 }, () => tryLogin(EMAIL, PASSWORD)))).toEqual(
      Array.from({ length: 8 }, () => 'ok'),
    );
  });

  it('leaves open sessions and tokens at work', async () => {
    const row = await addKey(acme, 'org-1');
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 30 });
    for (let index = 0; index < 5; index += 1) await tryLogin(EMAIL);
    expect(await tryLogin(EMAIL, PASSWORD)).toBe(LOCKED);
    for (const desk of [openDesk(base.database, {}, acme.keychain), openDesk(base.database, { token: token.reveal() })])
      expect((await desk.vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
  });

  it('is ended by an admin', async () => {
    await acme.vault.members.add(acme.team, 'b@example.com', 'member', PASSWORD);
    for (let index = 0; index < 5; index += 1) await tryLogin('b@example.com');
    await acme.vault.logins.unlock(acme.team, 'b@example.com');
    expect(await tryLogin('b@example.com', PASSWORD)).toBe('ok');
    const { vault } = await logIn(base.database, 'b@example.com');
    await expect(vault.logins.unlock(acme.team, 'b@example.com')).rejects.toMatchObject({ code: 'auth' });
  });

  it('counts an attempt whose process was killed before the answer', { tags: ['story'] }, async () => {
    const { costs } = await useMachine(environmentOf(base.target));
    const args = ['login', '--email', EMAIL, '--password-stdin', '--insecure-storage'];
    // Trying the password takes longer than seeing that it was charged, nearly always.
    const when = () => expect.poll(() => reasons(EMAIL), { interval: 10, timeout: 60_000 }).not.toEqual({});
    do {
      await base.database.prisma.$executeRaw`DELETE FROM login_attempts`;
      await costs(args, { input: `${WRONG.reveal()}\n`, end: { signal: 'SIGKILL', when } });
    } while ('bad_password' in (await reasons(EMAIL)));
    expect(await reasons(EMAIL)).toEqual({ charged: 1 });
    for (let index = 1; index < 5; index += 1) expect(await tryLogin(EMAIL)).toBe(WRONG_ANSWER);
    await age(EMAIL, 1);
    expect(await tryLogin(EMAIL, PASSWORD)).toBe(LOCKED);
  });
});

describe('old attempts', () => {
  it('are pruned after a retention that can be set', async () => {
    await tryLogin(EMAIL);
    await age(EMAIL, 60 * 24 * 40);
    await tryLogin(EMAIL, PASSWORD);
    expect(await reasons(EMAIL)).toEqual({ bad_password: 1, ok: 1 });
    await acme.vault.logins.keepFor(acme.team, 30);
    expect(await reasons(EMAIL)).toEqual({ ok: 1 });
    await age(EMAIL, 60 * 24 * 31);
    await tryLogin(EMAIL, PASSWORD);
    expect(await reasons(EMAIL)).toEqual({ ok: 1 });
  });

  it('of another team stay, and those of unknown emails for the longest that any team keeps them', async () => {
    const other = await foundTeam(base.database, 'other', 'other@example.com');
    for (const email of ['other@example.com', 'nobody@example.com']) {
      await tryLogin(email);
      await age(email, 60 * 24 * 40);
    }
    await acme.vault.logins.keepFor(acme.team, 30);
    await tryLogin(EMAIL, PASSWORD);
    expect(await reasons('other@example.com')).toEqual({ bad_password: 1 });
    expect(await reasons('nobody@example.com')).toEqual({ unknown_email: 1 });
    await other.vault.logins.keepFor(other.team, 30);
    expect(await reasons('other@example.com')).toEqual({});
    expect(await reasons('nobody@example.com')).toEqual({});
  });
});

describe('an answered attempt', () => {
  it('never changes again', async () => {
    await tryLogin(EMAIL);
    await base.database.prisma.$executeRaw`SELECT costs_answer_login_attempt(id, 'ok') FROM login_attempts`;
    expect(await reasons(EMAIL)).toEqual({ bad_password: 1 });
  });
});
