import type { Context } from '../../context.js';
import { failedLook, type Diagnostic } from '../../domain/diagnostic.js';
import { readSameDollars } from '../../library/same-dollars.js';

const NAME = 'Dollars counted once';

/** Whether two organizations seem to bill the same dollars. */
export async function checkSameDollars(context: Context): Promise<Diagnostic[]> {
  try {
    const found = await readSameDollars(context);
    if (found.length === 0)
      return [{ name: NAME, status: 'ok', message: 'no two organizations have the same amounts' }];
    return found.map(({ message, hint, isTwice }) => ({
      name: NAME,
      status: isTwice ? 'warning' : 'ok',
      message,
      ...(isTwice ? { hint } : {}),
    }));
  } catch (thrown) {
    return [failedLook(NAME, thrown)];
  }
}
