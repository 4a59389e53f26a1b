import { expect, it } from 'vitest';
import { exitCodeOf } from '../../src/domain/exit-code.js';
import type { ErrorCode } from '../../src/errors.js';

const failed = (...codes: ErrorCode[]) => ({
  status: 'failed' as const,
  organizations: codes.map((code) => ({ error: { code } })),
});

it('says by one number why nothing went well, where there is one cause for all', () => {
  const of = (...codes: ErrorCode[]) => exitCodeOf(failed(...codes));
  expect([of('auth', 'auth'), of('unreachable'), of('no-space', 'no-space'), of('contract')]).toEqual([4, 6, 1, 3]);
  expect([of('auth', 'unreachable'), of('no-space', 'auth')]).toEqual([3, 3]);
  expect(exitCodeOf({ status: 'partial', organizations: [{ error: { code: 'auth' } }, {}] })).toBe(3);
  expect(exitCodeOf({ status: 'ok', organizations: [{}] })).toBe(0);
});
