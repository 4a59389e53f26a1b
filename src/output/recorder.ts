import { CostsError } from '../errors.js';
import type { Output } from './output.js';
import { silentProgress } from './progress.js';
import { createStyle } from './style.js';

/** An output that says nothing and remembers the last document, for a command that runs others. */
export interface Recorder {
  output: Output;
  last(): unknown;
}

export function createRecorder(): Recorder {
  let last: unknown;
  const nothing = () => undefined;
  const nobody = () => Promise.reject(new CostsError('usage', 'No question can be asked here.'));
  return {
    last: () => last,
    output: {
      json: true,
      terminal: false,
      interactive: false,
      width: Infinity,
      style: createStyle(false),
      write: (value) => void (last = value),
      print: nothing,
      reveal: nothing,
      writeRaw: () => Promise.resolve(),
      intoFile: (_path, work) => work(),
      note: nothing,
      trace: nothing,
      progress: silentProgress,
      fail: nothing,
      redact: nothing,
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
    },
  };
}
