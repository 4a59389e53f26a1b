import { describe, expect, it, onTestFinished } from 'vitest';
import { keyStatusOf, type KeyStatus } from '../../src/domain/key-verification.js';
import { parseDay, toDay } from '../../src/domain/day.js';
import { Secret } from '../../src/domain/secret.js';
import { ODD_ANSWERS, type OddAnswer, type Packing } from '../../src/emulator/odd-answers.js';
import { generateWorld } from '../../src/emulator/generate.js';
import type { Fault } from '../../src/emulator/faults.js';
import type { CostsError } from '../../src/errors.js';
import { createHttpClient } from '../../src/providers/http.js';
import { PROVIDER_IDS, providerOf } from '../../src/providers/registry.js';
import { NOON, openEmulator } from '../helpers/emulator.js';
import { TRAITS } from './traits.js';

const SPAN = { since: parseDay('2026-11-20'), until: parseDay('2026-11-22') };

const BILLING = PROVIDER_IDS.filter((id) => TRAITS[id]?.bills !== false);

describe.each(BILLING)('an odd answer of %s', (id) => {
  async function open(retryFor = 60_000) {
    const organizations = [{ provider: id, id: 'org-1', projects: 2, lineItems: 3 }];
    const emulator = await openEmulator({
      world: generateWorld({ seed: 5, until: toDay(NOON), days: 5, organizations }),
    });
    const http = createHttpClient({ version: 'test', tlsChecksOff: false, firstWaitMs: 1, giveUpAfterMs: retryFor });
    onTestFinished(() => http.close());
    const baseUrl = new URL(emulator.baseUrl(id));
    const provider = await providerOf(id).connect({ http, baseUrl, now: () => NOON });
    const call = {
      key: new Secret(emulator.organization('org-1').keys[0]?.secret ?? ''),
      organizationId: 'org-1',
      signal: new AbortController().signal,
      observe: () => undefined,
    };
    const read = async () => {
      const lines = [];
      for await (const page of provider.fetchCosts(call, SPAN)) lines.push(...page.lines);
      return lines;
    };
    const failure = () =>
      read().then(
        () => expect.fail('It did not fail.'),
        (error: unknown) => error as CostsError,
      );
    return { emulator, read, failure };
  }

  const TOLD: Record<OddAnswer, [status: KeyStatus, code: string]> = {
    challenge: ['network', 'unreachable'],
    'busy-challenge': ['network', 'unreachable'],
    'web-filter': ['network', 'unreachable'],
    'proxy-login': ['network', 'unreachable'],
    region: ['network', 'unreachable'],
    edge: ['network', 'unreachable'],
    address: ['network', 'unreachable'],
    'expired-key': ['expired', 'auth'],
    'project-key': ['wrong-kind', 'auth'],
    'no-scope': ['missing-scope', 'auth'],
    plan: ['not-allowed', 'forbidden'],
    gone: ['failed', 'contract'],
  };

  it.each(ODD_ANSWERS)('is told for what it is: %s', async (answer) => {
    const { emulator, failure } = await open();
    emulator.addFault({ fault: { kind: 'odd', answer } });
    const error = await failure();
    // Where a key does not tell of what it is, both are tried. GitHub says 404 of what a token may not see.
    const isHidden = ['github', 'cursor'].includes(id) && ['gone', 'no-scope'].includes(answer);
    expect([keyStatusOf(error), error.code]).toEqual(TOLD[isHidden && id === 'github' ? 'no-scope' : answer]);
    // OpenAI's bill is asked for without its API keys where they are what was refused.
    const isAskedAgain = id === 'openai' && ['no-scope', 'plan', 'gone'].includes(answer);
    expect(emulator.requests).toHaveLength(isHidden || isAskedAgain ? 2 : 1);
    if (TOLD[answer][0] === 'network') {
      expect(`${error.message} ${error.hint ?? ''}`).not.toMatch(/refused the key|rotate/);
      expect(error.message).toContain('The key was not judged.');
    }
  });

  it.each<Packing>([
    { encoding: 'gzip' },
    { encoding: 'gzip', header: false },
    { encoding: 'deflate' },
    { encoding: 'deflate', header: false },
    { encoding: 'raw-deflate' },
    { encoding: 'br' },
    { encoding: 'br', header: false },
    { mark: 'utf-8' },
    { mark: 'utf-16le' },
    { mark: 'utf-16be' },
    { encoding: 'gzip', mark: 'utf-8' },
  ])('is read like any other when it comes as %j', async (packing) => {
    const { emulator, read } = await open();
    const lines = await read();
    emulator.addFault({ fault: { kind: 'packed', packing } });
    expect(await read()).toEqual(lines);
    expect(lines.length).toBeGreaterThan(5);
  });

  it.each<[string, Fault, number]>([
    ['a web page instead of JSON', { kind: 'html' }, 1],
    ['text/plain instead of JSON', { kind: 'body', text: 'maintenance', contentType: 'text/plain' }, 1],
    ['broken JSON', { kind: 'body', text: '{"data":oops}' }, 1],
    ['JSON without its end', { kind: 'body', text: '{"data":[{"results":[{"amount":tr' }, 5],
    ['nothing', { kind: 'body', text: '' }, 5],
  ])('is asked for again only where its end is missing: %s', async (instead, fault, requests) => {
    const { emulator, failure } = await open();
    emulator.addFault({ fault });
    expect(await failure()).toMatchObject({
      code: 'contract',
      message: expect.stringContaining(`answered ${instead}; nothing was changed.`) as string,
    });
    expect(emulator.requests).toHaveLength(requests);
  });

  it('that asks for a longer wait than is given ends at once, with the time from which there are requests again', async () => {
    const { emulator, failure } = await open(2_000);
    emulator.addFault({ fault: { kind: 'status', status: 429, retryAfter: '59' } });
    const started = performance.now();
    expect(await failure()).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('12:01 UTC') as string,
    });
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(emulator.requests).toHaveLength(1);
  });

  it('that leaves no request for this hour is the last one asked for, and names when the next are free', async () => {
    const { emulator, read } = await open();
    emulator.quirks.requestsPerHour = 2;
    await expect(
      (async () => {
        for (;;) await read();
      })(),
    ).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/next 2 requests are free at 13:00 UTC/) as string,
    });
    expect(emulator.requests).toHaveLength(2);
  });
});
