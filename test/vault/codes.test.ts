import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.js';
import { makeCode, makeToken, parseCode, tokenId } from '../../src/vault/codes.js';
import { parseEmail, parseNewPassword } from '../../src/vault/identity.js';

describe('a token', () => {
  it('carries its id, 256 bits and a checksum', () => {
    const { id, token } = makeToken();
    expect(token.reveal()).toMatch(/^costs_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    expect(tokenId(token)).toBe(id);
    expect(makeToken().token.reveal()).not.toBe(token.reveal());
  });

  it('that was cut off, altered or is something else is told from a wrong one', () => {
    const text = makeToken().token.reveal();
    const other = text.endsWith('0') ? '1' : '0';
    for (const bad of [text.slice(0, -1), `${text.slice(0, -1)}${other}`, text.slice(1), 'hunter2', '']) {
      expect(() => tokenId(new Secret(bad))).toThrow('not copied whole');
    }
  });

  it('prints as nothing', () => {
    const { token } = makeToken();
    expect([String(token), JSON.stringify({ token }), inspect({ token })].join()).not.toContain(token.reveal());
  });
});

describe('a code for a person', () => {
  it('may be typed in any case, with or without dashes', () => {
    const code = makeCode();
    expect(code.reveal()).toMatch(/^([A-HJ-NP-Z2-9]{5}-){5}[A-HJ-NP-Z2-9]{5}$/);
    for (const typed of [
      code.reveal(),
      code.reveal().toLowerCase(),
      code.reveal().replaceAll('-', ''),
      ` ${code.reveal().replaceAll('-', ' ')} `,
    ]) {
      expect(parseCode(new Secret(typed)).reveal()).toBe(code.reveal());
    }
  });
});

describe('an email', () => {
  it('has one form, whichever way it was typed', () => {
    expect(parseEmail('  Admin@Example.COM ')).toBe('admin@example.com');
    expect(parseEmail('\uff41dmin@example.com')).toBe('admin@example.com');
  });

  it.each(['', 'admin', '@example.com', 'a b@example.com', 'a@b@c', 'a\n@example.com', `${'a'.repeat(260)}@x.y`])(
    'is not %j',
    (text) => {
      expect(() => parseEmail(text)).toThrow('not a valid email address');
    },
  );
});

describe('a new password', () => {
  it.each([
    ['short', 'has 5 characters'],
    ['x'.repeat(1025), 'has 1025 characters'],
    ['', 'is empty'],
    ['            ', 'is empty'],
    ['two lines of\na password', 'more than one line'],
  ])('is refused (%#)', (text, reason) => {
    expect(() => parseNewPassword(text)).toThrow(reason);
  });

  it('may end in the line break of a pipe, and counts characters, not bytes', () => {
    expect(parseNewPassword('twelve chars\n').reveal()).toBe('twelve chars');
    expect(() => parseNewPassword('\u{1f600}'.repeat(11))).toThrow('has 11 characters');
    expect(() => parseNewPassword('\u{1f600}'.repeat(12))).not.toThrow();
  });
});
