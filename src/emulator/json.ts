import { randomUUID } from 'node:crypto';

/** Nothing a world says can be mistaken for it, as no world knows it. */
const MARK = `${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}((?:[^"\\\\]|\\\\.)*)"`, 'g');

/** A piece of JSON text that `toJson` writes exactly as it is: `0.10` stays `0.10`, and even `NaN` stays `NaN`. */
export function raw(token: string): string {
  return MARK + token;
}

/** JSON text of a value that may hold `raw` tokens. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, (_, token: string) => JSON.parse(`"${token}"`) as string);
}
