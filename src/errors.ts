/** What went wrong, for machines. Each code has one exit code; the table is part of the command line's contract. */
export const EXIT_CODES = {
  /** The command could not do its work. */
  failed: 1,
  /** The disk of the store is full: nothing more can be written before there is room. */
  'no-space': 1,
  /** A check found something. */
  finding: 1,
  /** What was asked for contradicts what is stored. */
  conflict: 1,
  /** Bad usage or input; nothing was opened. */
  usage: 2,
  /** At least one organization failed. */
  partial: 3,
  /** A provider's answer is not what its contract says; nothing of that window was stored. */
  contract: 3,
  /** An answer too large to hold; less is asked for then, where that is possible. */
  'too-large': 3,
  /** The guard refused a window that would lose most of what is stored. */
  shrink: 3,
  /** Not authenticated, or refused. */
  auth: 4,
  /** The provider does not give an organization what was asked for, whatever the key. */
  forbidden: 3,
  /** The schema is not the one this version needs. */
  schema: 5,
  /** The database or every provider asked could not be reached: the same command may work later. */
  unreachable: 6,
  /** Interrupted by a signal, or at a question. */
  interrupted: 130,
  /** A question was answered with no. */
  declined: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

/** Why a provider refused a key; `rate-limit` says nothing about the key but that it may ask no more for now. */
export type KeyProblem = 'refused' | 'expired' | 'missing-scope' | 'wrong-kind' | 'not-allowed' | 'rate-limit';

export interface CostsErrorOptions {
  /** What to do about it: one sentence, or a command. */
  hint?: string;
  cause?: unknown;
  keyProblem?: KeyProblem | undefined;
  /** When the provider answers again, where it says so. */
  retryAt?: Date | null;
}

/** An error a user can understand: a code for machines, a sentence that names the cause, and a next step. */
export class CostsError extends Error {
  override readonly name = 'CostsError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly keyProblem: KeyProblem | undefined;
  readonly retryAt: Date | null;
  /** That of the code, unless a command says otherwise. */
  exitCode: number;

  constructor(code: ErrorCode, message: string, { hint, cause, keyProblem, retryAt = null }: CostsErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    this.keyProblem = keyProblem;
    this.retryAt = retryAt;
    this.exitCode = EXIT_CODES[code];
  }
}

/** A CostsError as every JSON document carries it. */
export interface ErrorDocument {
  code: ErrorCode;
  message: string;
  hint?: string;
  /** When the provider allows requests again, where that is what stopped it. */
  retryAt?: string;
}

export function toErrorDocument({ code, message, hint, retryAt }: CostsError): ErrorDocument {
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAt === null ? {} : { retryAt: retryAt.toISOString() }),
  };
}

/** A bug of ours, or a failure nobody foresaw, as an error that one organization can end with without ending the others. */
export function asCostsError(error: unknown): CostsError {
  if (error instanceof CostsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CostsError('failed', `Unexpected: ${message}`, {
    hint: 'This is a defect of costs; report what the same command shows with --verbose.',
    cause: error,
  });
}

/** What work comes to, or something else where it fails with this code. @throws any other failure */
export function orElse<T, Else>(work: Promise<T>, code: ErrorCode, otherwise: Else): Promise<T | Else> {
  return work.catch((error: unknown) => {
    if (error instanceof CostsError && error.code === code) return otherwise;
    throw error;
  });
}

/** What Node, a library or a database calls a failure, such as `ENOENT`; empty where it has no code. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
