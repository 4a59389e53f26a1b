import { expect, it } from 'vitest';
import { Secret } from '../src/domain/secret.js';
import { showable } from '../src/domain/text.js';
import { neutralise } from '../src/output/csv.js';
import { nameProgram, renderHint } from '../src/output/hint.js';
import { printable, toJson } from '../src/output/gate.js';
import { Redactor } from '../src/output/redact.js';
import { maskRefusal } from '../src/providers/mask-key.js';
import { explainRefusal } from '../src/providers/refusal.js';

const key = new Secret('sk-admin-one-AbCdEfGhIjKlMnOpQrStUvWx');
const explain = (message: string) => {
  const document = { error: { message, code: message, type: message } };
  return explainRefusal({ status: 401, document, header: () => null }, new URL('https://api.test'));
};

const READERS: Record<string, (text: string) => unknown> = {
  showable,
  printable: (text) => printable(text, false),
  toJson: (text) => toJson({ text }),
  neutralise,
  renderHint: (text) => nameProgram(renderHint(text), 'npx costs'),
  mask: (text) => new Redactor().mask(text),
  maskRefusal: (text) => maskRefusal(text, key),
  explainRefusal: explain,
  'explainRefusal, of a provider with words of its own': (message) =>
    explainRefusal(
      { status: 403, document: { message }, header: () => null, readRefusal: () => message },
      new URL('https://api.test'),
    ).message,
};
const RUNS =
  "a1|-|'|:| |\t|\\|\\n|%07|%25|&#7;|\u00ad|\u200d|sk-|key_|costs_|organization |ip address |missing scope: → ".split(
    '|',
  );

/** In milliseconds. */
function timeOf(read: (text: string) => unknown, text: string): number {
  const start = performance.now();
  read(text);
  return performance.now() - start;
}

it.each(Object.keys(READERS))(
  'time grows with a text of somebody else, and not with the square of its length: %s',
  (name) => {
    const read = READERS[name] as (text: string) => unknown;
    for (const before of ['', 'é'])
      for (const run of RUNS)
        for (const count of [250, 1000, 4000, 16_000]) {
          const times = (share: number) => timeOf(read, `${before}${run.repeat(count * share)}!x`);
          // By the square it is sixteen times as long each time, and a busy machine makes it so now and then.
          const isSteep = () => {
            const long = times(1);
            return long > 100 && long / times(0.25) > 9;
          };
          expect([1, 2, 3, 4, 5].every(isSteep), JSON.stringify(run)).toBe(false);
        }
  },
);
