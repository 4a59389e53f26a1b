import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';

export function interruption(): CostsError {
  return new CostsError('interrupted', 'Interrupted.', {
    hint: 'Run the same command again: finished windows are kept.',
  });
}

/** A host that answers, but not with what was asked for. */
export function staysDown(url: URL, status: number, cause: unknown): CostsError {
  const what = status === 429 ? 'asks for fewer requests (429)' : `stays down (it answers ${status})`;
  return new CostsError('unreachable', `${url.host} ${what}; nothing was changed.`, {
    hint: 'The same command may work later.',
    cause,
  });
}

/** A host that cannot be reached. */
export function unreachable(url: URL, cause: unknown): CostsError {
  return new CostsError('unreachable', `${url.host} could not be reached (${whyOf(cause)}); nothing was changed.`, {
    hint: 'Check the network and HTTPS_PROXY; the same command may work later.',
    cause,
  });
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'for no known reason';
  if (error.cause instanceof Error) return whyOf(error.cause);
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known here';
  if (code === 'ECONNREFUSED') return 'it refused the connection';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the connection broke';
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return 'it did not answer in time';
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH') return 'there is no way to it from here';
  if (code.includes('CERT') || code.includes('SIGNATURE')) return 'its certificate is not trusted here';
  const refused = /^Proxy response \((\d+)\)/.exec(error.message)?.[1];
  if (refused !== undefined) return `the proxy answered ${refused}`;
  return cleanText(error.message);
}

/** A refusal in the provider's own words: the key, its scopes, or the request. */
export function explainRefusal(status: number, document: unknown, url: URL): CostsError {
  const reason = reasonOf(document) ?? `status ${status}`;
  const scopes = /missing scopes?:\s*([\w.,\s]+?)(?:\.\s|\.?$)/i.exec(reason)?.[1];
  if ((status === 401 || status === 403) && scopes !== undefined) {
    return new CostsError('auth', `The key may not read this at ${url.host}: it lacks ${scopes}.`, {
      hint: 'Allow it these scopes where the key was made, or make a key that has them.',
      keyProblem: 'missing-scope',
    });
  }
  if (status === 401 || status === 403) {
    const expired = /expired/i.test(reason);
    const hint = expired ? 'Make a new key and swap it: costs keys rotate' : 'Check the key: costs keys verify';
    return new CostsError('auth', `${url.host} refused the key: ${endSentence(reason)}`, {
      hint,
      keyProblem: expired ? 'expired' : 'refused',
    });
  }
  if (status === 404) {
    return new CostsError('contract', `${url.host} knows no ${url.pathname}.`, { hint: 'Check the base URL.' });
  }
  return new CostsError('contract', `${url.host} refused the request: ${endSentence(reason)}`, {
    hint: 'Nothing was changed.',
    cause: { refusal: codesOf(document) },
  });
}

/** Whether the provider refused a request with this code of its own, wherever in the error it stands. */
export function isRefusal(error: unknown, code: string): boolean {
  if (!(error instanceof CostsError) || error.code !== 'contract') return false;
  const { cause } = error;
  const codes = typeof cause === 'object' && cause !== null && 'refusal' in cause ? cause.refusal : [];
  return error.message.includes(code) || (Array.isArray(codes) && codes.includes(code));
}

/** OpenAI puts its codes into `code` or `type`. */
function codesOf(document: unknown): string[] {
  if (typeof document !== 'object' || document === null || !('error' in document)) return [];
  const { error } = document;
  if (typeof error !== 'object' || error === null) return [];
  return Object.values(error).filter((value): value is string => typeof value === 'string');
}

/** Both providers say `{ "error": { "message": … } }`. Anything shaped like a key in it is masked by the output. */
function reasonOf(document: unknown): string | null {
  if (typeof document !== 'object' || document === null || !('error' in document)) return null;
  const { error } = document;
  if (typeof error !== 'object' || error === null || !('message' in error) || typeof error.message !== 'string')
    return null;
  return cleanText(error.message).slice(0, 500);
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
