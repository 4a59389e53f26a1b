import { getGlobalDispatcher } from 'undici';
import type { Context } from '../../src/context.js';
import { openChannel, type Channel } from '../../src/notify/channel.js';
import type { Message } from '../../src/notify/message.js';
import { sendMessage } from '../../src/notify/send.js';
import { whyNoConnection } from '../../src/providers/answers.js';
import { billReportOf } from '../../src/providers/registry.js';
import { hintElsewhere } from '../../src/output/hint.js';
import { silentOutput } from '../../src/output/silent.js';
import type { Output } from '../../src/output/output.js';
import type { Database } from '../../src/store/database.js';
import { createStore } from '../../src/store/store.js';

export interface Recorded {
  context: Context;
  /** The last document that was written. */
  last: () => unknown;
  /** Everything that was written as text. */
  text: () => string;
}

/** A context on an open database whose output is remembered: documents, or with `json: false` the text people see. */
export function recordContext(
  database: Database,
  now: Date,
  { json = true, variables = {} }: { json?: boolean; variables?: Record<string, string> } = {},
): Recorded {
  let last: unknown;
  const texts: string[] = [];
  const output: Output = {
    ...silentOutput(),
    json,
    write(value, render) {
      last = value;
      texts.push(render(value, output));
    },
    print: (text) => void texts.push(text),
    writeRaw: (chunk) => {
      texts.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1'));
      return Promise.resolve();
    },
  };
  const store = createStore(database);
  const context = {
    version: '0.0.0',
    argv: [],
    config: { team: null },
    output,
    signal: new AbortController().signal,
    now: () => now,
    clock: () => Promise.resolve(now),
    store: () => Promise.resolve(store),
    team: () => store.teams.choose('acme'),
    billReportOf,
    channel: (name: string) => Promise.resolve().then(() => openChannel(name, variables[name])),
    sendMessage: (channel: Channel, message: Message) =>
      sendMessage(channel, message, {
        version: '0.0.0',
        dispatcher: getGlobalDispatcher,
        signal: new AbortController().signal,
        mask: output.mask,
        tell: (hint) => hintElsewhere(hint, null),
        whyNoConnection,
        waits: [1, 1],
      }),
  } as unknown as Context;
  return { context, last: () => last, text: () => texts.join('') };
}
