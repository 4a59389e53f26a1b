import { setTimeout as sleep } from 'node:timers/promises';
import { request, type Dispatcher } from 'undici';
import { CostsError } from '../errors.js';
import type { Channel } from './channel.js';
import { bodyOf, type Message } from './message.js';
import { shell } from '../domain/shell.js';

export interface SendOptions {
  version: string;
  /** The way to the network for an address. */
  dispatcher: (url: URL) => Dispatcher;
  signal: AbortSignal;
  /** Takes secrets out of a text. */
  mask: (text: string) => string;
  /** A hint as it is read far from here. */
  tell: (hint: string) => string;
  /** Why there was no connection to a receiver that is called so. */
  whyNoConnection: (error: unknown, receiver: string) => string;
  /** Before each further attempt, in milliseconds. */
  waits?: readonly number[];
}

const WAITS = [1000, 4000];
const ATTEMPT_MS = 15_000;
const LONGEST_WAIT_MS = 30_000;
const LONGEST_REASON = 300;

/**
 * Sends one message. What may be over soon (no connection, 429, 5xx) is tried three times in all; redirects are not followed.
 * @throws CostsError `unreachable` that names the channel and never its address; `interrupted`
 */
export async function sendMessage(channel: Channel, message: Message, options: SendOptions): Promise<void> {
  const waits = options.waits ?? WAITS;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await attemptOnce(channel, message, options);
    if (outcome === null) return;
    const wait = waits[attempt];
    if (wait === undefined || !outcome.again)
      throw new CostsError('unreachable', `The message to ${channel.name} was not sent: ${outcome.reason}.`, {
        hint: shell`costs notify test ${channel.name}`,
      });
    await sleep(Math.min(outcome.waitMs ?? wait, LONGEST_WAIT_MS), undefined, { signal: options.signal }).catch(() => {
      throw interrupted();
    });
  }
}

interface Failure {
  reason: string;
  /** It may work later. */
  again: boolean;
  waitMs?: number;
}

/** @returns null when it was taken */
async function attemptOnce(
  { kind, address }: Channel,
  message: Message,
  { version, dispatcher, signal, mask, tell, whyNoConnection }: SendOptions,
): Promise<Failure | null> {
  const url = new URL(address.reveal());
  try {
    const { statusCode, headers, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': `costs/${version}` },
      body: mask(JSON.stringify(bodyOf(kind, message, tell))),
      dispatcher: dispatcher(url),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    const text = await readStart(body);
    const refused = statusCode < 200 || statusCode > 299;
    // Teams' connectors answer 200 for what they did not deliver.
    if (!refused && !/^Webhook message delivery failed/i.test(text)) return null;
    const seconds = Number(headers['retry-after']);
    return {
      reason: `it was answered with ${statusCode}${wordOf(text)}`,
      again: statusCode === 429 || statusCode >= 500,
      ...(Number.isFinite(seconds) && seconds >= 0 ? { waitMs: seconds * 1000 } : {}),
    };
  } catch (error) {
    if (signal.aborted) throw interrupted();
    if (error instanceof CostsError) throw error;
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return { reason: isLate ? 'there was no answer in time' : whyNoConnection(error, 'its receiver'), again: true };
  }
}

/** So much of an answer is read as may say why; the rest is thrown away unread. */
async function readStart(body: Dispatcher.ResponseData['body']): Promise<string> {
  let text = '';
  for await (const chunk of body as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    if (text.length >= LONGEST_REASON) break;
  }
  return text.slice(0, LONGEST_REASON);
}

/** Slack says why in one word, such as `no_service`; other answers might repeat the address. */
function wordOf(text: string): string {
  return /^[a-z_]{2,40}$/.test(text) ? ` (${text})` : '';
}

function interrupted(): CostsError {
  return new CostsError('interrupted', 'Interrupted.');
}
