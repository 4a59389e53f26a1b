import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.js';
import { deriveBits, newHkdf, newScrypt } from '../../src/vault/kdf.js';
import { effortOf } from '../helpers/effort.js';

const salt = Buffer.alloc(16, 7).toString('base64url');
const secret = new Secret('correct horse battery staple');

describe('the way from a password to a key', () => {
  it('is the same each time, for the same salt', { tags: ['story'] }, async () => {
    const kdf = newScrypt();
    expect(kdf).toMatch(/^scrypt\$131072\$8\$1\$/);
    expect(await deriveBits(secret, kdf, 'password')).toEqual(await deriveBits(secret, kdf, 'password'));
  });

  it('does not depend on how a letter was composed', { tags: ['story'] }, async () => {
    const kdf = newScrypt();
    const composed = await deriveBits(new Secret('p\u00e4ssword with umlaut'), kdf, 'password');
    expect(await deriveBits(new Secret('pa\u0308ssword with umlaut'), kdf, 'password')).toEqual(composed);
  });

  it.each([
    ['65536$8$1', 'weaker'],
    ['131072$4$1', 'weaker'],
    ['131072$8$0', 'weaker'],
    ['2$8$1', 'weaker'],
    ['2097152$8$1', 'more than'],
    ['131072$16$1', 'more than'],
    ['131072$8$5', 'more than'],
    ['131073$8$1', 'more than'],
  ])('refuses scrypt %s at once', async (parameters, reason) => {
    const refusal = () =>
      expect(deriveBits(secret, `scrypt$${parameters}$${salt}`, 'password')).rejects.toThrow(reason);
    expect(await effortOf(refusal)).toBeLessThan(100);
  });

  it.each(['', 'scrypt', 'md5$x', `scrypt$131072$8$1$`, 'scrypt$131072$8$1$AAAA', `scrypt$1e9$8$1$${salt}`])(
    'refuses %j',
    async (kdf) => {
      await expect(deriveBits(secret, kdf, 'password')).rejects.toMatchObject({ code: 'auth' });
    },
  );

  it('never lets a password take the quick way of a token', async () => {
    await expect(deriveBits(secret, newHkdf(), 'password')).rejects.toThrow('not one we know');
    await expect(deriveBits(secret, newScrypt(), 'token')).rejects.toThrow('not one we know');
  });
});
