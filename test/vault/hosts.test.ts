import { describe, expect, it } from 'vitest';
import type { CostsError } from '../../src/errors.js';
import { checkHost, hostOfNewKey } from '../../src/vault/hosts.js';

const to = (baseUrl: string, tlsChecksOff = false) => ({ provider: 'openai' as const, baseUrl, tlsChecksOff });
const OWN = 'https://api.openai.com/v1';
const PROD = { name: 'Prod', organizationId: 'org-1' };

describe('the host of a new key', () => {
  it("is the provider's own unless the environment says otherwise", () => {
    expect(hostOfNewKey(to(OWN), null)).toBe('api.openai.com');
  });

  it.each(['http://127.0.0.1:4010/v1', 'http://localhost:1/v1', 'http://[::1]:80/v1', 'https://127.9.9.9/v1'])(
    'is this machine for %s',
    (url) => {
      expect(hostOfNewKey(to(url), null)).toBe('loopback');
    },
  );

  it('is another one only when it was allowed by name', () => {
    expect(() => hostOfNewKey(to('https://gateway.acme.io/v1'), null)).toThrow(
      "which is not OpenAI's own api.openai.com",
    );
    expect(hostOfNewKey(to('https://gateway.acme.io/v1'), 'gateway.acme.io')).toBe('gateway.acme.io');
    expect(() => hostOfNewKey(to('https://evil.example/v1'), 'gateway.acme.io')).toThrow(
      'is not where OPENAI_BASE_URL leads',
    );
  });

  it.each(['localhost', 'LOCALHOST:4000', '127.0.0.1', '127.0.0.1:4000', '[::1]', '[::1]:4000', 'loopback'])(
    'is this machine when %s was allowed',
    (allowed) => {
      expect(hostOfNewKey(to('http://localhost:4000'), allowed)).toBe('loopback');
      expect(() => hostOfNewKey(to('https://gateway.acme.io/v1'), allowed)).toThrow('that is gateway.acme.io.');
    },
  );

  it.each(['gateway.acme.io', 'localhost.evil.example', ''])('is not this machine when "%s" was allowed', (allowed) => {
    expect(() => hostOfNewKey(to('http://localhost:4000'), allowed)).toThrow('that is loopback.');
  });

  it.each([
    ['https://api.openai.com@evil.example/v1', 'user information'],
    ['https://user:pass@api.openai.com/v1', 'user information'],
    ['http://api.openai.com/v1', 'without https'],
    ['http://127.0.0.1.evil.example/v1', 'without https'],
    ['nonsense', 'is not a URL'],
  ])('is never %s', (url, reason) => {
    expect(() => hostOfNewKey(to(url), null)).toThrow(reason);
  });

  it('is nowhere while TLS checks are switched off', () => {
    expect(() => hostOfNewKey(to(OWN, true), null)).toThrow('TLS checks are switched off');
  });
});

describe('a stored key', () => {
  it.each([
    [OWN, 'api.openai.com'],
    ['http://127.0.0.1:1/v1', 'loopback'],
    ['http://localhost:65000/v1', 'loopback'],
    ['https://gateway.acme.io:8443/v1', 'gateway.acme.io:8443'],
  ])('goes to %s when bound to %s', (url, host) => {
    expect(() => checkHost(to(url), { ...PROD, host })).not.toThrow();
  });

  it.each([
    ['https://evil.example/v1', 'api.openai.com'],
    ['http://127.0.0.1:1/v1', 'api.openai.com'],
    [OWN, 'loopback'],
    ['https://gateway.acme.io/v1', 'gateway.acme.io:8443'],
    ['https://api.openai.com.evil.example/v1', 'api.openai.com'],
  ])('does not go to %s when bound to %s', (url, host) => {
    expect(() => checkHost(to(url), { ...PROD, host })).toThrow(`The key of Prod may only be sent to ${host}`);
  });

  it('of a gateway is asked for its variable where that is missing, and is never let go to the provider', () => {
    const refusal = (url: string) => {
      try {
        checkHost(to(url), { ...PROD, host: 'gateway.acme.io' });
      } catch (error) {
        return error as CostsError;
      }
      throw new Error('It was let go.');
    };
    const missing = refusal(OWN);
    expect(missing.message).not.toContain('leads to');
    expect(missing.hint).toMatch(/^Set OPENAI_BASE_URL as it was .*: costs keys rotate org-1$/);
    expect(refusal('https://evil.example/v1').hint).toMatch(
      /^Unset OPENAI_BASE_URL\. .*: costs keys rotate --allow-host evil\.example org-1$/,
    );
  });
});
