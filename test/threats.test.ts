import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

/** What `costs help security` says that somebody can or cannot do, and tests that show it: a file, and a title in it. */
const SHOWN: Record<string, [file: string, title: string][]> = {
  'guess passwords offline, at scrypt’s price a guess': [
    ['vault/kdf.test.ts', 'never lets a password take the quick way of a token'],
    ['vault/attacks.test.ts', 'a slot with weak or huge parameters, without the time they would take'],
  ],
  'read a key, a token or a session': [
    ['commands/vault-story.test.ts', 'has a dump in which no secret is found, in whatever form'],
    ['vault/attacks.test.ts', 'holds neither a data key nor what a keychain keeps, in whatever form'],
    ['vault/attacks.test.ts', 'is useless without its row, and the row without the keychain'],
  ],
  'use an open session, together with access to the database, until it ends': [
    ['vault/attacks.test.ts', 'is useless without its row, and the row without the keychain'],
    ['vault/attempts.test.ts', 'leaves open sessions and tokens at work'],
  ],
  'use it after 12 hours, `logout`, a rotation, or once its row is deleted': [
    ['vault/attacks.test.ts', 'ends after twelve hours of the database'],
    ['vault/attacks.test.ts', 'is over after a logout, whatever was copied of its keychain'],
    ['vault/keychain.test.ts', 'keeps a session from login to logout, and nothing in a file'],
    ['vault/at-once.test.ts', 'is told to a person whose session it ended'],
  ],
  'read every key until it is revoked or expires': [
    ['vault/members.test.ts', 'expire on the clock of the database, and say so'],
    ['vault/members.test.ts', 'note their last use'],
  ],
  'read keys rotated after it was revoked, or manage anything': [
    ['vault/rights.test.ts', 'manages nothing with a %s, and changes nothing'],
    ['vault/members.test.ts', 'leaves nothing in the store that the old data key opens or vouches for'],
  ],
  'delete or roll back rows, invent login attempts, end the lock, take `exposed` off a key, stop everything': [
    ['vault/attempts.test.ts', 'ends 15 minutes after the fifth failure'],
    ['vault/attacks.test.ts', 'what is changed outside costs is refused'],
  ],
  'read a key that is stored': [
    ['commands/vault-story.test.ts', 'has a dump in which no secret is found, in whatever form'],
    ['vault/attacks.test.ts', 'holds neither a data key nor what a keychain keeps, in whatever form'],
  ],
  'move, redirect or swap one unnoticed': [
    ['vault/attacks.test.ts', 'a ciphertext moved to another row'],
    ['vault/cipher.test.ts', 'of another %s is refused'],
    ['vault/attacks.test.ts', 'an edited host, when the environment leads there too'],
    ['vault/attacks.test.ts', 'another base URL, before anything is decrypted'],
    ['vault/attacks.test.ts', 'another variable of a key that is kept outside the store'],
  ],
  'be given the data key by planting a public key': [
    ['vault/unsealed.test.ts', 'is not what a reset seals: the role is that of the seal'],
    ['vault/unsealed.test.ts', 'is not renewed by a change of role'],
  ],
  'get or keep rights by editing a role, an email, a token, a slot or a session': [
    ['vault/unsealed.test.ts', 'gives no rights and takes none'],
    ['vault/unsealed.test.ts', 'does not go over to whoever takes the email of an admin'],
    ['vault/unsealed.test.ts', 'a token that was edited'],
    ['vault/unsealed.test.ts', 'a slot that was edited'],
    ['vault/unsealed.test.ts', 'a session that was edited'],
  ],
  'read the keys as they were: rotate the exposed ones': [
    ['vault/members.test.ts', 'marks keys as exposed until they are rotated'],
  ],
  'open anything in the store as it is now': [
    ['vault/members.test.ts', 'leaves nothing in the store that the old data key opens or vouches for'],
    ['vault/attacks.test.ts', "does not let an older generation's slot in"],
  ],
  'make a command fail': [['commands/keys.test.ts', 'does not follow a redirect']],
  'have a key or another secret sent to them': [
    ['providers/conformance.ts', 'never follows a redirect, so that the key goes nowhere else'],
    ['vault/hosts.test.ts', 'is another one only when it was allowed by name'],
    ['vault/hosts.test.ts', 'does not go to %s when bound to %s'],
    ['vault/hosts.test.ts', 'is nowhere while TLS checks are switched off'],
    ['notify/send.test.ts', 'is refused while certificates are not checked, but to this machine'],
    ['notify/send.test.ts', 'follows no redirect and repeats nothing that an answer says about the address'],
    ['config.test.ts', 'is of the environment alone: what lies in the folder of a command leads nowhere'],
    ['vault/variables.test.ts', 'is only read from COSTS_KEY_ENV, where that is set'],
    ['vault/variables.test.ts', 'is not read when it is called %s'],
    ['vault/variables.test.ts', 'is not sent when it holds something else (%#), and nothing of it is shown'],
  ],
};

describe('what costs help security says of threats', () => {
  it('is shown by a test, line by line', async () => {
    const table = (await read('../src/help/security.md')).split('\n').filter((line) => line.startsWith('| '));
    const rows = table.slice(table.findIndex((line) => line.includes('| cannot |')) + 1);
    const said = rows.flatMap((row) => row.split('|').slice(2, 4)).flatMap((cell) => cell.split(';'));
    const claims = said.map((claim) => claim.trim().replaceAll("'", '’'));
    expect(claims.length).toBeGreaterThan(10);
    expect([...new Set(claims)].sort()).toEqual(Object.keys(SHOWN).sort());
  });

  it.each(Object.values(SHOWN).flat())('%s has "%s"', async (file, title) => {
    const text = await read(file);
    expect(text.replaceAll(/\\'/g, "'")).toContain(title);
  });
});
