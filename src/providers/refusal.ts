import { cleanText } from '../domain/text.js';
import { CostsError, type KeyProblem } from '../errors.js';
import { BrokenAnswer } from './broken.js';

/** A refused request, as far as it tells why. */
export interface Refusal {
  status: number;
  /** Null for an answer that is no JSON. */
  document: unknown;
  header: (name: string) => string | null;
  /** See `JsonRequest`. */
  readRefusal?: ((document: unknown) => string | null) | undefined;
}

/** Whose fault a refusal is; a limit of requests is none. */
type Fault = Exclude<KeyProblem, 'rate-limit'>;

/** Anthropic says so with 400, too. */
const DISABLED = /organi[sz]ation (?:has been|is|was) (?:deactivated|disabled|suspended)|account_deactivated/i;
/** What a refusal says about the key: the first that fits. Words of both providers, as public reports quote them. */
const KEY_PROBLEMS: [words: RegExp, problem: Fault][] = [
  [/expired/i, 'expired'],
  [/missing scopes?/i, 'missing-scope'],
  [
    /(?:project|service.account|workspace|standard|analytics|session|user) (?:api )?keys?\b|(?:requires?|use|need) an? (?:admin|management)|admin (?:api )?keys? (?:is|are) required/i,
    'wrong-kind',
  ],
  [
    /organi[sz]ation.*(?:not (?:allowed|enabled|eligible|permitted|entitled)|no access)|access to the organi[sz]ation|not (?:available|enabled) (?:for|on|to) (?:your|this)|individual account|your plan/i,
    'not-allowed',
  ],
  [DISABLED, 'not-allowed'],
];
/** Codes of what somebody must pay for, a 429 of OpenAI's among them: no wait mends it. */
const UNPAID = new Set(['insufficient_quota', 'billing_not_active', 'billing_hard_limit_reached', 'billing_error']);
/** The country, or the address, from which was asked; Anthropic's front says no more than "Request not allowed". */
const PLACES =
  /^request not allowed|unsupported_country|(?:country|region|territory) (?:is )?not supported|ip_not_|\bip(?: address)?\b.*(?:allow|authori|permit|block)|ip allow/i;

/** Data of one region is answered for by one host of OpenAI's, such as `eu.api.openai.com`, which it names. */
const OTHER_HOST = /incorrect[ _](?:regional )?host ?name|geography restrictions/i;

/** So much is looked at and told of a refusal, which may be as large as any answer. */
const LONGEST_REASON = 500;
const MOST_CODES = 10;

/** A refusal in the provider's own words, and whose fault it is: the key's, the organization's, the network's, the request's. */
export function explainRefusal(refusal: Refusal, url: URL): CostsError {
  const { status, document, readRefusal = reasonOf } = refusal;
  const reason = readRefusal(document)?.slice(0, LONGEST_REASON) ?? null;
  const said = [reason ?? '', ...codesOf(document)].join(' ');
  if (status === 401 || status === 402 || status === 403 || status === 407 || status === 451) {
    if (reason === null || refusal.header('cf-mitigated') !== null || status === 407) return closedDoor(refusal, url);
    if (OTHER_HOST.test(said)) return otherHost(url, reason);
    if (PLACES.test(said)) return closedPlace(url, reason);
    if (status === 402 || isUnpaid(document)) return unpaid(url, reason);
    const told = KEY_PROBLEMS.find(([words]) => words.test(said))?.[1];
    // A key that is not known is 401; whoever answers 403 knows it.
    const usual = status === 401 ? 'refused' : 'missing-scope';
    return keyRefused(told ?? usual, reason, url);
  }
  if (status === 400 && reason !== null && DISABLED.test(said)) return keyRefused('not-allowed', reason, url);
  if (status === 404) {
    return new CostsError('contract', `${url.host} does not know ${url.pathname}.`, {
      hint: 'Check the base URL.',
      cause: { refusal: codesOf(document), status },
    });
  }
  if (document === null) return closedDoor(refusal, url);
  return new CostsError('contract', `${url.host} refused the request: ${endSentence(reason ?? `status ${status}`)}`, {
    cause: { refusal: codesOf(document), status },
  });
}

function keyRefused(keyProblem: Fault, reason: string, url: URL): CostsError {
  const said = endSentence(reason);
  switch (keyProblem) {
    case 'missing-scope': {
      const scopes = /missing scopes?:\s*([\w.,\s]+?)(?:\.\s|\.?$)/i.exec(reason)?.[1];
      const what = scopes === undefined ? `It says: ${said}` : `It lacks ${scopes}.`;
      return new CostsError('auth', `The key may not read this at ${url.host}. ${what}`, {
        hint: 'Allow it these scopes where the key was made, or make a key that has them.',
        keyProblem,
      });
    }
    case 'wrong-kind':
      return new CostsError('auth', `${url.host} wants a key of another kind: ${said}`, {
        hint: 'Make an admin key of the organization and swap it with keys rotate: costs keys list',
        keyProblem,
      });
    case 'not-allowed':
      return new CostsError('forbidden', `${url.host} does not give this report to the organization: ${said}`, {
        hint: 'Ask the provider to enable it for the organization; the key is not the reason.',
        keyProblem,
      });
    case 'expired':
    case 'refused':
      return new CostsError('auth', `${url.host} refused the key: ${said}`, {
        hint:
          keyProblem === 'expired'
            ? 'Make a new key and swap it with keys rotate: costs keys list'
            : 'Check the key: costs keys verify',
        keyProblem,
      });
  }
}

/** A page of something in between, or of the provider's own front: nobody has looked at the key. */
export function closedDoor({ status, document, header }: Refusal, url: URL): CostsError {
  const server = header('server');
  const what =
    header('cf-mitigated') !== null
      ? 'a challenge of Cloudflare'
      : `${document === null ? 'a page' : 'an answer'} that is not the provider's${server === null ? '' : ` (server: ${server})`}`;
  return new CostsError(
    'unreachable',
    `The way to ${url.host} is closed: it answered ${status} with ${what}. The key was not judged.`,
    {
      hint: 'Check proxy, firewall and web filter of this network, or run costs elsewhere.',
    },
  );
}

function closedPlace(url: URL, reason: string): CostsError {
  return new CostsError(
    'unreachable',
    `${url.host} does not answer requests from this network: ${endSentence(reason)} The key was not judged.`,
    {
      hint: "Run costs from a country and an address that the provider and the organization's allow list accept.",
    },
  );
}

function unpaid(url: URL, reason: string): CostsError {
  return new CostsError('forbidden', `${url.host} asks to be paid first: ${endSentence(reason)}`, {
    hint: 'Settle it with the provider; neither the key nor its rights are the reason.',
    keyProblem: 'not-allowed',
  });
}

function otherHost(url: URL, reason: string): CostsError {
  return new CostsError(
    'contract',
    `${url.host} does not answer for this organization: ${endSentence(reason)} The key was not judged.`,
    { hint: 'Set the base URL to the host that does, or unset it: costs help environment' },
  );
}

/** Whether the provider refused a request with this code of its own, wherever in the error it stands. */
export function isRefusal(error: unknown, code: string): boolean {
  if (!(error instanceof CostsError) || error.code !== 'contract') return false;
  const { cause } = error;
  const codes = typeof cause === 'object' && cause !== null && 'refusal' in cause ? cause.refusal : [];
  return error.message.includes(code) || (Array.isArray(codes) && codes.includes(code));
}

/** Whether the provider does not take the request as it was put, whoever puts it. */
export function isUnsupported(error: unknown): error is CostsError {
  if (!(error instanceof CostsError) || error.code !== 'contract') return false;
  return typeof error.cause === 'object' && error.cause !== null && 'refusal' in error.cause;
}

/** Whether the key is known, and may not read just this. */
export function isNotAllowed(error: unknown): error is CostsError {
  return error instanceof CostsError && (error.keyProblem === 'missing-scope' || error.keyProblem === 'not-allowed');
}

/** Whether the host answered to the end, of this path at least, that it has a fault. */
export function isDown(error: unknown): error is CostsError {
  if (!(error instanceof CostsError) || error.code !== 'unreachable') return false;
  return error.cause instanceof BrokenAnswer && (error.cause.status ?? 0) >= 500;
}

/** Whether the provider said that there is nothing at this path. */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof CostsError)) return false;
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'status' in cause && cause.status === 404;
}

/** Whether the provider waits for money, with whatever status. */
export function isUnpaid(document: unknown): boolean {
  return codesOf(document).some((code) => UNPAID.has(code));
}

/** OpenAI puts its codes into `code` or `type`. */
function codesOf(document: unknown): string[] {
  if (typeof document !== 'object' || document === null || !('error' in document)) return [];
  const { error } = document;
  if (typeof error !== 'object' || error === null) return [];
  const texts = Object.values(error).filter((value): value is string => typeof value === 'string');
  return texts.slice(0, MOST_CODES).map((text) => text.slice(0, LONGEST_REASON));
}

/**
 * Both providers say `{ "error": { "message": … } }`, and OpenAI, of scopes and permissions, also `{ "error": "…" }`; null for an
 * answer of somebody else.
 */
export function reasonOf(document: unknown): string | null {
  if (typeof document !== 'object' || document === null || !('error' in document)) return null;
  const { error } = document;
  const said = typeof error === 'object' && error !== null && 'message' in error ? error.message : null;
  const text = typeof error === 'string' && /missing scopes?:|insufficient permissions/i.test(error) ? error : said;
  return typeof text === 'string' ? cleanText(text) : null;
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
