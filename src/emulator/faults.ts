import type { ProviderId } from '../domain/provider.js';
import type { OddAnswer, Packing } from './odd-answers.js';
import type { World } from './world.js';

/** What can go wrong between a provider and us. */
export type Fault =
  /** An error answer. `retryAfter` is the header's text; without it the header is absent, as Anthropic's 429 really is. */
  | { kind: 'status'; status: number; retryAfter?: string; body?: 'json' | 'html' }
  /** 200, but the page of some proxy. */
  | { kind: 'html' }
  /** 200 with JSON that ends in the middle; the transfer itself is complete. */
  | { kind: 'truncated-json' }
  /** The right bytes called `text/plain`. */
  | { kind: 'content-type' }
  /** The connection breaks after half the body. */
  | { kind: 'reset' }
  /** The connection breaks before any answer. */
  | { kind: 'refuse' }
  /** Headers and half the body come, then nothing more, until the client hangs up. */
  | { kind: 'stall' }
  /** The right answer, later. */
  | { kind: 'latency'; milliseconds: number }
  /** The page is served once more under a fresh cursor before the next one: nothing is lost, all of it comes twice. */
  | { kind: 'duplicate-page' }
  /** `next_page` is the cursor of the request itself. Takes only requests that carry a cursor. */
  | { kind: 'repeated-cursor' }
  /** `has_more` without a `next_page`. */
  | { kind: 'missing-cursor' }
  /** No buckets, although the answer before promised some. `more` says whether this one promises more again. */
  | { kind: 'empty-page'; more?: boolean }
  /** All buckets are there and none has rows: what a provider in trouble says of days that had money. */
  | { kind: 'empty-buckets' }
  /** The answer an earlier state of the world gives (`Emulator.snapshot`). */
  | { kind: 'stale'; world: World }
  /** Another answer altogether; the text is sent as it is. */
  | { kind: 'body'; status?: number; text: string; contentType?: string }
  /** The right answer with one text in it for another, wherever it stands. */
  | { kind: 'rewrite'; from: string; to: string }
  /** One of the answers that people have reported. */
  | { kind: 'odd'; answer: OddAnswer }
  /** The right answer, compressed, or behind a byte order mark. */
  | { kind: 'packed'; packing: Packing }
  /** To another address. */
  | { kind: 'redirect'; location: string };

/** Which requests a rule takes; all that is said must hold. */
export interface FaultMatch {
  provider?: ProviderId;
  organizationId?: string;
  /** The path holds this text, such as `/costs`. */
  path?: string;
  /** The request carries a cursor (or none). */
  hasCursor?: boolean;
}

export interface FaultRule {
  fault: Fault;
  match?: FaultMatch;
  /** 0 to 1, default 1. Drawn from the emulator's seed, the request and how often it was sent: the order of requests does not matter. */
  probability?: number;
  /** How many requests it takes, default all. */
  count?: number;
}
