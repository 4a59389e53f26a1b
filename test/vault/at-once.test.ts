import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.js';
import { openDatabase } from '../helpers/open-database.js';
import { createStore } from '../../src/store/store.js';
import { useMachine } from '../helpers/costs.js';
import { createTestDatabase, environmentOf, type TestDatabase } from '../helpers/database.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';
import { addKey, foundTeam, logIn, memoryKeychain, OPENAI_KEY, openDesk, PASSWORD } from '../helpers/vault.js';

useQuickScrypt();

const ADMIN = 'admin@example.com';
const B = 'b@example.com';
const passwords = [1, 2, 3, 4, 5].map((number) => new Secret(`another correct horse battery ${number}`));

let base: TestDatabase;
beforeEach(async () => {
  base = await createTestDatabase('postgresql');
});
afterEach(() => base.drop());

/** Each on connections of its own, as processes have. */
async function atOnce<T>(
  works: ((database: TestDatabase['database']) => Promise<T>)[],
): Promise<PromiseSettledResult<T>[]> {
  const databases = await Promise.all(works.map(() => openDatabase(base.target)));
  try {
    return await Promise.allSettled(works.map((work, index) => work(databases[index] ?? base.database)));
  } finally {
    await Promise.all(databases.map((database) => database.close()));
  }
}
const succeeded = (results: PromiseSettledResult<unknown>[]) =>
  results.filter(({ status }) => status === 'fulfilled').length;

describe('init at once', () => {
  it('makes one team of a name', async () => {
    const opened = await atOnce(
      Array.from({ length: 6 }, () => (database) => createStore(database).teams.open('acme')),
    );
    const made = opened.map((result) => (result.status === 'fulfilled' ? result.value : null));
    expect(made.filter((team) => team?.created)).toHaveLength(1);
    expect(new Set(made.map((team) => team?.id)).size).toBe(1);
  });

  it('makes one data key, and tells the others that it is there', async () => {
    const { id, name } = await createStore(base.database).teams.open('acme');
    const results = await atOnce(
      passwords.map(
        (password, index) => (database) =>
          openDesk(database).vault.logins.createVault({ id, name }, `a${index}@example.com`, password),
      ),
    );
    expect(succeeded(results)).toBe(1);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({
          code: 'conflict',
          message: expect.stringContaining('has its data key') as string,
        });
    }
    expect(await base.database.prisma.$queryRaw`SELECT count(*)::int AS users FROM users`).toEqual([{ users: 1 }]);
  });

  it('works as processes, too', { tags: ['story'] }, async () => {
    const { costs } = await useMachine({
      ...environmentOf(base.target),
      COSTS_INSECURE_STORAGE: '1',
    });
    const runs = await Promise.all(
      [1, 2, 3].map((number) =>
        costs(['init', '--team', 'acme', '--email', `a${number}@example.com`, '--password-stdin', '--json'], {
          input: 'correct horse battery',
        }),
      ),
    );
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 1, 1]);
    expect(await base.database.prisma.$queryRaw`SELECT count(*)::int AS teams FROM teams`).toEqual([{ teams: 1 }]);
  });
});

describe('a code redeemed at once', () => {
  it('works once when it is a one-time code', async () => {
    const acme = await foundTeam(base.database);
    await acme.vault.members.add(acme.team, B, 'member', PASSWORD);
    const { code } = await acme.vault.members.reset(acme.team, B);
    const results = await atOnce(
      passwords.map((wanted) => (database) => openDesk(database).vault.logins.redeemCode(B, code, wanted)),
    );
    expect(succeeded(results)).toBe(1);
    const winner = passwords[results.findIndex(({ status }) => status === 'fulfilled')];
    await expect(logIn(base.database, B, winner)).resolves.toBeDefined();
  });

  it('works once when it is the recovery code, whose successor is the only one', async () => {
    const acme = await foundTeam(base.database);
    const results = await atOnce(
      passwords.map(
        (wanted) => (database) => openDesk(database).vault.logins.redeemCode(ADMIN, acme.recoveryCode, wanted),
      ),
    );
    const done = results.filter((result) => result.status === 'fulfilled');
    expect(done).toHaveLength(1);
    const next = done[0]?.value.recoveryCode ?? new Secret('');
    await expect(openDesk(base.database).vault.logins.redeemCode(ADMIN, next, PASSWORD)).resolves.toBeDefined();
  });
});

describe('a reset', () => {
  const stories = {
    'a password change': (desk: ReturnType<typeof openDesk>) =>
      desk.vault.logins.changePassword(B, PASSWORD, passwords[0] ?? PASSWORD),
    'a login': async (desk: ReturnType<typeof openDesk>) => {
      await desk.vault.logins.login(B, PASSWORD);
      await desk.vault.logins.keepSession();
    },
  };
  it.each(Object.entries(stories))('wins over %s that was checked before it and ends after it', async (_, work) => {
    const acme = await foundTeam(base.database);
    await acme.vault.members.add(acme.team, B, 'member', PASSWORD);
    const keychain = memoryKeychain();
    const desk = openDesk(base.database, {}, keychain);
    // The attempt has its answer when the password was right; the reset comes between that and the change.
    const { logins } = await desk.store.access();
    const answer = logins.answer.bind(logins);
    let code = new Secret('');
    Object.assign(logins, {
      answer: async (...args: Parameters<typeof answer>) => {
        await answer(...args);
        ({ code } = await acme.vault.members.reset(acme.team, B));
      },
    });
    await expect(work(desk)).rejects.toMatchObject({ code: 'auth' });
    await expect(logIn(base.database, B, passwords[0])).rejects.toMatchObject({ code: 'auth' });
    await openDesk(base.database).vault.logins.redeemCode(B, code, passwords[1] ?? PASSWORD);
    await expect(logIn(base.database, B, passwords[1])).resolves.toBeDefined();
    expect(keychain.entries.size).toBe(0);
  });

  it('wins over a session that is kept after it', async () => {
    const acme = await foundTeam(base.database);
    await acme.vault.members.add(acme.team, B, 'member', PASSWORD);
    const desk = openDesk(base.database);
    await desk.vault.logins.login(B, PASSWORD);
    const { code } = await acme.vault.members.reset(acme.team, B);
    await openDesk(base.database).vault.logins.redeemCode(B, code, passwords[1] ?? PASSWORD);
    await expect(desk.vault.logins.keepSession()).rejects.toMatchObject({ code: 'auth' });
  });
});

describe('a change of data key beside jobs', () => {
  it('is noticed by a job with a token, which unlocks again and goes on', { tags: ['story'] }, async () => {
    const acme = await foundTeam(base.database);
    const rows = [];
    for (let number = 1; number <= 15; number += 1) rows.push(await addKey(acme, `org-${number}`));
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 9 });
    const job = openDesk(base.database, { token: token.reveal() });
    const opened: string[] = [];
    let admin = openDesk(base.database, {}, acme.keychain);
    for (const [index, row] of rows.entries()) {
      opened.push((await job.vault.adminKey(row)).reveal());
      if (index % 4 !== 1) continue;
      await admin.vault.rotate(acme.team);
      admin = await logIn(base.database, ADMIN, PASSWORD, acme.keychain);
    }
    expect(opened).toEqual(rows.map(() => OPENAI_KEY));
  });

  it('at the very same time raises no false alarm of tampering', { tags: ['story'] }, async () => {
    const acme = await foundTeam(base.database);
    const row = await addKey(acme, 'org-1');
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 9 });
    const jobs = Array.from({ length: 8 }, () => async () => {
      const keys: string[] = [];
      for (let turn = 0; turn < 12; turn += 1)
        keys.push((await openDesk(base.database, { token: token.reveal() }).vault.adminKey(row)).reveal());
      return keys;
    });
    const rotations = async () => {
      let admin = openDesk(base.database, {}, acme.keychain);
      for (let turn = 0; turn < 6; turn += 1) {
        await admin.vault.rotate(acme.team);
        admin = await logIn(base.database, ADMIN, PASSWORD, acme.keychain);
      }
      return [];
    };
    const results = await Promise.allSettled([...jobs.map((job) => job()), rotations()]);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('is told to a person whose session it ended', async () => {
    const acme = await foundTeam(base.database);
    const row = await addKey(acme, 'org-1');
    await acme.vault.members.add(acme.team, B, 'member', PASSWORD);
    const { vault } = await logIn(base.database, B);
    expect((await vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
    await acme.vault.rotate(acme.team);
    await expect(vault.adminKey(row)).rejects.toThrow('The data key was changed while this ran');
  });
});
