import { CostsError } from '../errors.js';
import type { Output } from './output.js';
import { silentProgress } from './progress.js';
import { createStyle } from './style.js';

/** An output that says nothing and asks nobody, for other programs and for a command that runs others. */
export function silentOutput(): Output {
  const nothing = () => undefined;
  const nobody = () => Promise.reject(new CostsError('usage', 'No question can be asked here.'));
  return {
    json: true,
    terminal: false,
    interactive: false,
    width: Infinity,
    style: createStyle(false),
    write: nothing,
    asShown: (text) => text,
    print: nothing,
    reveal: nothing,
    writeRaw: () => Promise.resolve(),
    intoFile: (_path, work) => work(),
    note: nothing,
    trace: nothing,
    progress: silentProgress,
    fail: nothing,
    redact: nothing,
    mask: (text) => text,
    prompt: {
      hold: nothing,
      release: nothing,
      text: nobody,
      secret: nobody,
      say: nothing,
      confirm: nobody,
      choose: nobody,
      checklist: nobody,
      stdin: nobody,
    },
  };
}
