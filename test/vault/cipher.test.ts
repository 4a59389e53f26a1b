import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decrypt, encrypt } from '../../src/vault/cipher.js';
import type { Binding } from '../../src/vault/format.js';

const key = createSecretKey(randomBytes(32));
const binding: Binding = {
  purpose: 'key',
  team: 't',
  generation: 1,
  row: 'r',
  provider: 'openai',
  organization: 'org',
  host: 'h',
};
const sealed = encrypt(key, Buffer.from('a secret'), binding);
const open =
  (text: string, other: Partial<Binding> = {}) =>
  () =>
    decrypt(key, text, { ...binding, ...other }, { what: 'The key of Prod', mend: 'costs keys rotate' });
const parts = () => sealed.split('.') as [string, string, string, string];

describe('a ciphertext', () => {
  it('opens under the binding it was made with', () => {
    expect(open(sealed)().toString()).toBe('a secret');
  });

  it('is different each time, and shows nothing of the text', () => {
    expect(encrypt(key, Buffer.from('a secret'), binding)).not.toBe(sealed);
    expect(Buffer.from(sealed).includes('a secret')).toBe(false);
  });

  it.each<[string, Partial<Binding>]>([
    ['row', { row: 'other' }],
    ['team', { team: 'other' }],
    ['generation', { generation: 2 }],
    ['provider', { provider: 'anthropic' }],
    ['organization', { organization: 'other' }],
    ['host', { host: 'evil.example' }],
    ['purpose', { purpose: 'session' }],
  ])('of another %s is refused', (_, other) => {
    expect(open(sealed, other)).toThrow('The key of Prod does not open');
  });

  it('with a tag of 4 bytes is refused by name', () => {
    const [version, nonce, ciphertext, tag] = parts();
    const short = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url');
    expect(open([version, nonce, ciphertext, short].join('.'))).toThrow(
      'its authentication tag has 4 bytes instead of 16',
    );
  });

  it('that was truncated is refused', () => {
    expect(open(sealed.slice(0, -6))).toThrow(/authentication tag has|truncated/);
    expect(open(parts().slice(0, 3).join('.'))).toThrow('truncated or of another format');
    expect(open('')).toThrow('truncated or of another format');
  });

  it('that was altered in any byte is refused', () => {
    for (const index of [1, 2, 3]) {
      const altered = parts();
      const bytes = Buffer.from(altered[index] ?? '', 'base64url');
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
      altered[index] = bytes.toString('base64url');
      expect(open(altered.join('.'))).toThrow('does not open');
    }
  });

  it('of another data key is refused', () => {
    expect(() => decrypt(createSecretKey(randomBytes(32)), sealed, binding, { what: 'It', mend: '' })).toThrow(
      'encrypted with another data key',
    );
  });

  it('of an unknown version is refused', () => {
    expect(open(sealed.replace('v1', 'v0'))).toThrow('another format');
  });
});
