import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { ApiAnswer, EmulatedProvider, WireAnswer } from './api.js';
import { toJson } from './json.js';

/** Answers that people have reported of both providers, and of what stands between them and us. */
export const ODD_ANSWERS = [
  'challenge',
  'busy-challenge',
  'web-filter',
  'proxy-login',
  'region',
  'edge',
  'address',
  'expired-key',
  'project-key',
  'no-scope',
  'plan',
  'gone',
] as const;
export type OddAnswer = (typeof ODD_ANSWERS)[number];

const HTML = { 'content-type': 'text/html; charset=UTF-8' };

/** The answer as it was reported, in the dialect of the provider. */
export function oddAnswer(name: OddAnswer, dialect: EmulatedProvider): WireAnswer {
  const page = (status: number, title: string, headers: Record<string, string> = {}): WireAnswer => ({
    status,
    headers: { ...HTML, ...headers },
    text: `<!DOCTYPE html><html><head><title>${title}</title></head><body>${title}</body></html>`,
  });
  const refusal = (status: number, message: string, code?: string): WireAnswer => {
    const body = dialect.errorBody(status, message) as { error?: object };
    const { error } = body;
    if (code !== undefined && typeof error === 'object') body.error = { ...error, code };
    return { status, headers: { 'content-type': 'application/json' }, text: toJson(body) };
  };
  switch (name) {
    case 'challenge':
      return page(403, 'Just a moment...', { server: 'cloudflare', 'cf-mitigated': 'challenge' });
    case 'busy-challenge':
      return page(503, 'Just a moment...', { server: 'cloudflare', 'cf-mitigated': 'challenge' });
    case 'web-filter':
      return { status: 403, headers: { 'content-type': 'application/json' }, text: '{"blocked":true,"category":"AI"}' };
    case 'proxy-login':
      return page(401, 'Sign in to the network', { server: 'squid' });
    case 'region':
      return refusal(403, 'Country, region, or territory not supported', 'unsupported_country_region_territory');
    case 'edge':
      return refusal(403, 'Request not allowed');
    case 'address':
      return refusal(403, 'Your IP address is not on the allow list of this organization.', 'ip_not_authorized');
    case 'expired-key':
      return refusal(401, 'This API key has expired.');
    case 'project-key':
      return refusal(401, 'You must use an admin API key for this endpoint; project API keys are not accepted.');
    case 'no-scope':
      return asWire(dialect.missingScope('usage'));
    case 'plan':
      return refusal(403, 'This report is not available for your organization. Contact sales.');
    case 'gone':
      return refusal(404, 'Not found');
    default:
      return name satisfies never;
  }
}

function asWire({ status, body, headers = {} }: ApiAnswer): WireAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, text: toJson(body) };
}

/** How an answer may be packed. */
export interface Packing {
  encoding?: keyof typeof COMPRESS;
  /** False leaves the header out, as some proxies do. Default true. */
  header?: boolean;
  mark?: 'utf-8' | 'utf-16le' | 'utf-16be';
}

const COMPRESS = { gzip: gzipSync, deflate: deflateSync, 'raw-deflate': deflateRawSync, br: brotliCompressSync };

/** The bytes of a text as packed, and the headers that say so. */
export function pack(
  text: string,
  { encoding, header = true, mark }: Packing,
): { bytes: Buffer; headers: Record<string, string> } {
  const plain = marked(text, mark);
  if (encoding === undefined) return { bytes: plain, headers: {} };
  return {
    bytes: COMPRESS[encoding](plain),
    headers: header ? { 'content-encoding': encoding.replace('raw-', '') } : {},
  };
}

function marked(text: string, mark: Packing['mark']): Buffer {
  if (mark === undefined) return Buffer.from(text);
  if (mark === 'utf-8') return Buffer.from(`\uFEFF${text}`);
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return mark === 'utf-16le' ? bytes : bytes.swap16();
}
