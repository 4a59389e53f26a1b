import { toDay } from '../domain/day.js';
import { cleanText } from '../domain/text.js';
import { formatInstant } from '../domain/words.js';
import { CostsError, codeOf } from '../errors.js';
import { ProxyError } from './dispatchers.js';
import type { Limits } from './limits.js';

export function interruption(): CostsError {
  return new CostsError('interrupted', 'Interrupted.');
}

/** A host that answers, but not with what was asked for. @param limits what it says of when to come back */
export function staysDown(url: URL, status: number, limits: Limits, cause: unknown): CostsError {
  const told = limits.waitMs === null ? '' : ` and says to come back ${whenFree(limits)}`;
  const what =
    status === 429
      ? 'asks for fewer requests (429) and does not say until when'
      : `stays down (it answers ${status})${told}`;
  return new CostsError('unreachable', `${url.host} ${what}.`, {
    hint: 'The same command may work later.',
    cause,
    ...(status === 429 ? { keyProblem: 'rate-limit' } : {}),
  });
}

/** `in 90 s`, or `at 14:47 UTC`, with the day where it is another than that of the wait's beginning. */
export function whenFree({ freeAt, waitMs }: Limits): string {
  const wait = waitMs ?? 0;
  if (freeAt === null) return `in ${Math.ceil(wait / 1000)} s`;
  // Rounded up: a second too early would be refused again.
  const minute = new Date(Math.ceil(freeAt.getTime() / 60_000) * 60_000);
  const isToday = toDay(minute) === toDay(new Date(freeAt.getTime() - wait));
  return `at ${isToday ? `${minute.toISOString().slice(11, 16)} UTC` : formatInstant(minute)}`;
}

/** An answer that makes no sense: whoever gave it is there. */
export function senseless(url: URL, instead: string, cause: unknown): CostsError {
  return new CostsError('contract', `${url.host} answered ${instead}; nothing was changed.`, {
    hint: 'Check the base URL and the proxy; the same command may work later.',
    cause,
  });
}

/** An answer beyond what is held in memory; whoever asked may ask for less at once. */
export function tooLarge(url: URL, most: string): CostsError {
  return new CostsError('too-large', `${url.host} answered more than ${most} at once; nothing was changed.`, {
    hint: 'Check the base URL.',
  });
}

/** A host that cannot be reached. */
export function unreachable(url: URL, cause: unknown): CostsError {
  return new CostsError('unreachable', `${whyNoConnection(cause, url.host).replace(/^the /, 'The ')}.`, {
    hint: isCertificate(codeOf(cause))
      ? 'Where a proxy of this network signs connections, name its authority: NODE_EXTRA_CA_CERTS=FILE'
      : 'Check the network and HTTPS_PROXY; the same command may work later.',
    cause,
  });
}

/** @param receiver what was asked, and is named where no proxy stood between */
export function whyNoConnection(cause: unknown, receiver: string): string {
  return `${whoOf(cause, receiver)} could not be reached (${whyOf(cause)})`;
}

/** Whether a certificate is refused, for whatever reason: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
export function isCertificate(code: string): boolean {
  return /CERT|SIGNATURE|INVALID_CA/.test(code);
}

function whoOf(error: unknown, receiver: string): string {
  if (error instanceof ProxyError) return `the proxy ${error.host}`;
  return error instanceof Error ? whoOf(error.cause, receiver) : receiver;
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'for no known reason';
  if (error.cause instanceof Error) return whyOf(error.cause);
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known here';
  if (code === 'ECONNREFUSED') return 'it refused the connection';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the connection broke';
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT')
    return 'it did not answer in time';
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH') return 'no network route leads there';
  if (isCertificate(code)) return 'its certificate is not trusted here';
  // Their messages are lines of a log of OpenSSL.
  if (code.startsWith('ERR_SSL_')) return `TLS failed: ${code.slice(8).toLowerCase().replaceAll('_', ' ')}`;
  const refused = /^Proxy response \((\d+)\)/.exec(error.message)?.[1];
  if (refused !== undefined) return `the proxy answered ${refused}`;
  return cleanText(error.message);
}
