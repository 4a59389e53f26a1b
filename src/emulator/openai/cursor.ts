import { createHash } from 'node:crypto';
import { startOfDay, toDay } from '../../domain/day.js';

/** What OpenAI's page token holds: when it was made, a number, and where the next page begins. */
export interface OpenaiCursor {
  /** Unix seconds. */
  minted: number;
  nonce: number;
  /** Unix seconds. */
  next: number;
}

/**
 * A token of the published shape: 20 bytes in base64 (which holds `=`, `+` and `/`: a client that does not encode it in
 * the URL is found out). The number is drawn from the query, so that a token belongs to one query only.
 */
export function mintCursor(identity: string, next: Date, now: Date, fresh = 0): string {
  const bytes = Buffer.alloc(20);
  // The start of the day, not the second: the same run then sends the same requests, and seeded faults meet the same ones.
  bytes.writeBigUInt64BE(BigInt(startOfDay(toDay(now)).getTime() / 1000 + fresh), 0);
  bytes.writeUInt32BE(nonceOf(identity), 8);
  bytes.writeBigUInt64BE(BigInt(next.getTime() / 1000), 12);
  return `page_${bytes.toString('base64')}`;
}

/** What the token says; null when it is none or belongs to another query. */
export function readCursor(token: string, identity: string): OpenaiCursor | null {
  const bytes = Buffer.from(token.replace(/^page_/, ''), 'base64');
  if (bytes.length !== 20 || `page_${bytes.toString('base64')}` !== token) return null;
  const nonce = bytes.readUInt32BE(8);
  if (nonce !== nonceOf(identity)) return null;
  return { minted: Number(bytes.readBigUInt64BE(0)), nonce, next: Number(bytes.readBigUInt64BE(12)) };
}

function nonceOf(identity: string): number {
  return createHash('sha256').update(identity).digest().readUInt32BE();
}
