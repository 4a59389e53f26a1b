import { CostsError } from '../errors.js';

/** Nobody is let in because there is no session to be found, not because one is refused. */
export class NoSession extends CostsError {
  constructor(message: string, hint: string) {
    super('auth', message, { hint });
  }
}
