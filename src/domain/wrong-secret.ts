import { CostsError } from '../errors.js';

/** A password or a code that was tried and is not the right one: whoever typed it may try again. */
export class WrongSecret extends CostsError {
  constructor(message: string, hint: string) {
    super('auth', message, { hint });
  }
}
