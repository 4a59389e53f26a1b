import { LosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { parseDecimal, type Decimal } from '../domain/decimal.js';
import { cleanText, problemOf } from '../domain/text.js';
import { CostsError } from '../errors.js';
import type { ProviderCall } from '../domain/provider.js';

/** Building blocks of the providers' schemas, on JSON whose numbers kept their text. */

/** A number, or a number in a string: both are seen on the wire. The text is what was sent. */
export const numberText = z.union([z.instanceof(LosslessNumber).transform((number) => number.value), z.string()], {
  error: ({ input }) => `Invalid input: expected number, received ${describe(input)}`,
});

export const integer = z
  .instanceof(LosslessNumber)
  .transform((number) => Number(number.value))
  .refine(Number.isSafeInteger, 'not a whole number');

/** Text of somebody else's making, without control characters. */
export const text = z.string().transform(cleanText);
export const optionalText = text.nullish().transform((value) => value ?? null);
/** An empty one is none. */
export const optionalId = optionalText.transform((id) => (id === '' ? null : id));

export const currencyCode = z
  .string()
  .regex(/^[A-Za-z]{3}$/, 'not a currency code')
  .transform((code) => code.toUpperCase());

/** What four digits of a year can say: a date beyond them is a mistake, and has no text that a database reads. */
const [FIRST, LAST] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59Z')];
const isDate = (date: Date) => date.getTime() >= FIRST && date.getTime() <= LAST;

/** What names no zone is in UTC, wherever it is read. */
export const readInstant = (value: string) => new Date(/[T ][\d:.]+$/.test(value) ? `${value}Z` : value);
export const instant = z.string().transform(readInstant).refine(isDate, 'not a valid time');
/** Seconds of an epoch. */
export const epoch = integer.transform((seconds) => new Date(seconds * 1000)).refine(isDate, 'not a valid time');

/**
 * Parses a foreign document, or a part of one.
 * @param at where the part is
 * @throws CostsError `contract` that names the field. A row of unexpected shape is money, and never skipped.
 */
export function parseShape<T>(who: string, schema: z.ZodType<T>, document: unknown, at = ''): T {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = [at, ...(issue?.path ?? []).map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))]
    .join('')
    .replace(/^\./, '');
  throw new CostsError(
    'contract',
    `${who}'s answer is not what its contract says: ${path === '' ? 'the document' : path} (${problemOf(issue)}).`,
    {
      hint: 'Nothing of this window was changed. A newer version of costs may know the new shape.',
    },
  );
}

/** What rows of an answer say again and again, each kept once however often it comes. */
export class Shared<Value> {
  readonly #known = new Map<string, Value>();

  /** @param texts all that tells it from others */
  once(texts: readonly (string | null)[], make: () => Value): Value {
    const key = JSON.stringify(texts);
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = make()));
    return known;
  }
}

/** As `parseDecimal`, naming the field. */
export function amountAt(path: string, amount: string, shift = 0): Decimal {
  return naming(path, () => parseDecimal(amount, shift));
}

/** Names the field in the CostsError of a value that a rule of ours refuses. */
export function naming<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CostsError)) throw error;
    throw new CostsError('contract', `${path}: ${error.message}`, { hint: 'Nothing of this window was changed.' });
  }
}

/** Reports fields a contract does not know, once a path and call, so that nothing new is dropped in silence. */
export class DriftWatch {
  readonly #seen = new Set<string>();

  constructor(private readonly observe: ProviderCall['observe']) {}

  /** @param path of the object, empty for the document */
  fields(path: string, row: unknown, known: ReadonlySet<string>): void {
    if (typeof row !== 'object' || row === null) return;
    for (const [field, value] of Object.entries(row))
      if (!known.has(field)) this.#report(cleanText(path === '' ? field : `${path}.${field}`), describe(value));
  }

  /** The fields of a page of buckets. @param of what it is a page, empty for the document */
  page(of: string, document: unknown, known: { page: ReadonlySet<string>; bucket: ReadonlySet<string> }): void {
    this.fields(of, document, known.page);
    for (const bucket of (document as { data: unknown[] }).data)
      this.fields(`${of} data[]`.trimStart(), bucket, known.bucket);
  }

  value(path: string, value: string | null, known: ReadonlySet<string>): void {
    if (value !== null && !known.has(value)) this.#report(`${path}=${value}`, value);
  }

  #report(path: string, value: string): void {
    if (this.#seen.has(path)) return;
    this.#seen.add(path);
    this.observe({ type: 'drift', path, value });
  }
}

/** The kind of a value, not the value: it may be somebody's name. */
function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof LosslessNumber) return 'number';
  return Array.isArray(value) ? 'list' : typeof value;
}

export function formatInstant(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an invalid time' : date.toISOString().replace('.000Z', 'Z');
}
