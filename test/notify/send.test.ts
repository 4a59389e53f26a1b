import { getGlobalDispatcher, type Dispatcher } from 'undici';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CheckFinding } from '../../src/domain/finding.js';
import { openChannel } from '../../src/notify/channel.js';
import { bodyOf } from '../../src/notify/message.js';
import { sendMessage } from '../../src/notify/send.js';
import { hintElsewhere, renderHint } from '../../src/output/hint.js';
import { whyNoConnection } from '../../src/providers/answers.js';
import { createDispatchers } from '../../src/providers/dispatchers.js';
import { useWebhook } from '../helpers/webhook.js';

const finding: CheckFinding = {
  id: '0a1b2c3d',
  check: 'anomaly',
  subject: 'Search <!channel> [x](https://evil.example)',
  message: '19 Nov cost 70.00 USD, where 10.00 is usual.',
  hint: 'costs explain 2026-11-19',
  amount: { currency: 'USD', cost: '70' },
};
const message = { team: 'acme', findings: [finding, { ...finding, subject: 'sk-admin-1' }] };

function send(
  address: string,
  {
    waits = [1, 1],
    signal = new AbortController().signal,
    ways = (_url: URL): Dispatcher => getGlobalDispatcher(),
  } = {},
) {
  return sendMessage(openChannel('HOOK', address), message, {
    version: '0.0.0',
    dispatcher: ways,
    signal,
    mask: (text) => text.replaceAll('sk-admin-1', '[secret]'),
    tell: renderHint,
    whyNoConnection,
    waits,
  });
}

async function refusal(sent: Promise<void>): Promise<string> {
  return sent.then(
    () => 'sent',
    (error: unknown) => `${(error as Error).message} ${String((error as { hint?: string }).hint)}`,
  );
}

describe('a message to a webhook', () => {
  it.each(['slack', 'teams', 'json'] as const)('shows nothing in %s that turns its text or takes no place', (kind) => {
    const findings = [{ ...finding, subject: 'Se\u200barch\u202e\u200f\u061c\u009b\u001b[2J' }];
    const body = bodyOf(kind, { team: 'ac\u2060me', findings }, renderHint);
    expect(JSON.stringify({ ...body, team: undefined, findings: undefined })).not.toMatch(
      /[\u0080-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060]|\\u00/,
    );
  });

  it('is sent once it is taken, and again while the receiver is busy', async () => {
    const hook = await useWebhook((count, response) => void response.writeHead(count < 3 ? 503 : 200).end());
    await send(hook.address);
    expect(hook.received).toHaveLength(3);
    expect(hook.received[2]).toMatchObject({ team: 'acme', findings: [{ id: '0a1b2c3d' }, { subject: '[secret]' }] });
  });

  it('is not repeated where it was refused for good, and says why without its address', async () => {
    const hook = await useWebhook((_, response) => void response.writeHead(404).end('no_service'));
    const said = await refusal(send(hook.address));
    expect(said).toBe(
      'The message to HOOK was not sent: it was answered with 404 (no_service). costs notify test HOOK',
    );
    expect(hook.received).toHaveLength(1);
  });

  it('follows no redirect and repeats nothing that an answer says about the address', async () => {
    const other = await useWebhook();
    const hook = await useWebhook(
      (_, response) => void response.writeHead(302, { location: other.address }).end(`moved: ${other.address}`),
    );
    const said = await refusal(send(hook.address));
    expect(said).toContain('answered with 302');
    expect(said).not.toContain('s3cr3t');
    expect(other.received).toEqual([]);
  });

  it('is not sent where the receiver says so with 200, as connectors of Teams do', async () => {
    const hook = await useWebhook(
      (_, response) =>
        void response.end(
          'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429',
        ),
    );
    expect(await refusal(send(hook.address))).toContain('was not sent');
  });

  it('ends in a sentence when there is no connection, and at once when it is interrupted', async () => {
    const closed = await refusal(send('http://127.0.0.1:9/hook/s3cr3t'));
    expect(closed).toMatch(
      /^The message to HOOK was not sent: its receiver could not be reached \(it refused the connection\)\./,
    );
    const stop = new AbortController();
    const hook = await useWebhook((_, response) => {
      response.writeHead(503).end();
      setTimeout(() => stop.abort(), 20);
    });
    await expect(send(hook.address, { waits: [60_000], signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });
});

it('names the proxy where that is what could not be reached', async () => {
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
  onTestFinished(() => void vi.unstubAllEnvs());
  const ways = createDispatchers();
  onTestFinished(() => ways.close());
  const said = await refusal(send('https://hooks.example.com/s3cr3t', { ways: (url) => ways.for(url) }));
  expect(said).toContain('not sent: the proxy 127.0.0.1:9 could not be reached (it refused the connection).');
});

describe('the address of a webhook', () => {
  it('says how its receiver wants messages', () => {
    const kind = (address: string) => openChannel('HOOK', address).kind;
    expect(kind('https://hooks.slack.com/services/T0/B0/x')).toBe('slack');
    expect(kind('https://acme.webhook.office.com/webhookb2/x')).toBe('teams');
    expect(kind('https://prod-12.westeurope.logic.azure.com:443/workflows/x')).toBe('teams');
    expect(kind('https://hooks.slack.com.evil.example/x')).toBe('json');
  });

  it.each([
    ['http://hooks.example.com/x', 'https'],
    ['https://user:pass@hooks.example.com/x', 'https'],
    ['sk-live-1234', 'https'],
    ['', 'not set'],
  ])('is refused as %s, and not shown', (address, why) => {
    expect(() => openChannel('HOOK', address)).toThrow(why);
    try {
      openChannel('HOOK', address);
    } catch (error) {
      if (address !== '') expect(`${String(error)} ${(error as { hint: string }).hint}`).not.toContain(address);
    }
  });

  it('is refused while certificates are not checked, but to this machine', () => {
    expect(() => openChannel('HOOK', 'https://hooks.slack.com/x', true)).toThrow('no message is sent');
    expect(openChannel('HOOK', 'http://127.0.0.1:1/x', true).kind).toBe('json');
  });

  it('is taken from a variable alone, never typed', () => {
    expect(() => openChannel('https://hooks.slack.com/x', undefined)).toThrow('not a valid name');
  });
});

describe('names of strangers in a message', () => {
  it('mention nobody and link to nothing', () => {
    const slack = JSON.stringify(bodyOf('slack', message, renderHint));
    expect(slack).toContain('&lt;!channel&gt;');
    const card = JSON.stringify(bodyOf('teams', message, renderHint));
    expect(card).toContain(String.raw`\\[x\\]\\(https`);
  });

  it('say which team a command is of, where a database of several asks for it', () => {
    const many = { team: 'acme', findings: Array.from({ length: 30 }, () => finding) };
    const { text } = bodyOf('slack', many, (hint) => hintElsewhere(hint, 'Béta team')) as { text: string };
    expect(text).toContain('\n  → costs --team "Béta team" explain 2026-11-19\n');
    expect(text).toMatch(/\nAnd 10 more → costs --team "Béta team" check$/);
  });

  it('add no line of their own, and turn none around', () => {
    const subject = 'Search\r\ncosts (acme): 0 findings\u2028\u202e\u001b[8m';
    const { text } = bodyOf('slack', { team: 'acme', findings: [{ ...finding, subject }] }, renderHint) as {
      text: string;
    };
    expect(text.split('\n')).toHaveLength(3);
    // eslint-disable-next-line no-control-regex -- control characters are what this looks for
    expect(text).not.toMatch(/[\r\u001b\u2028\u202e]/);
  });

  it('cannot make it longer than receivers take', () => {
    const many = {
      team: 'acme',
      findings: Array.from({ length: 500 }, () => ({ ...finding, subject: '_&ü'.repeat(5000) })),
    };
    for (const kind of ['slack', 'teams'] as const)
      expect(Buffer.byteLength(JSON.stringify(bodyOf(kind, many, renderHint)))).toBeLessThan(
        kind === 'teams' ? 28_000 : 40_000,
      );
  });
});
