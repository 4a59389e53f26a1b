import type { ErrorDocument } from '../../src/errors.js';

/** What came of a command. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output, parsed. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says which document it expects
  json<T = Record<string, unknown>>(): T;
  /** The error document of standard error. */
  error(): ErrorDocument;
}

export function toRan(code: number | null, texts: { stdout: string; stderr: string }): Ran {
  return {
    code,
    ...texts,
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
    json: <T>() => JSON.parse(texts.stdout) as T,
    error: () => (JSON.parse(texts.stderr.trim().split('\n').at(-1) ?? '') as { error: ErrorDocument }).error,
  };
}
