import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll } from 'vitest';

type Scrypt = (
  secret: crypto.BinaryLike,
  salt: crypto.BinaryLike,
  length: number,
  options: crypto.ScryptOptions,
  callback: (error: Error | null, key: Buffer) => void,
) => void;

/** For a file with stories of many passwords that are not about guessing one: its passwords are stretched a hundredth as far. */
export function useQuickScrypt(): void {
  const owner = crypto as { scrypt: Scrypt };
  const real = owner.scrypt;
  beforeAll(() => {
    owner.scrypt = (secret, salt, length, { N = 0, ...options }, callback) =>
      real(secret, salt, length, { ...options, N: N / 128 }, callback);
    syncBuiltinESMExports();
  });
  afterAll(() => {
    owner.scrypt = real;
    syncBuiltinESMExports();
  });
}
