import type { Emulator } from '../../src/emulator/emulator.js';

export interface Asked {
  status: number;
  headers: Headers;
  /** The body as it came. */
  text: string;
  /** The body parsed; undefined when it is no JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads foreign JSON and says what it expects of it
  json: any;
}

/** Asks an emulator, with the first key of the organization and the headers its provider wants; `headers` come on top. */
export async function ask(
  emulator: Emulator,
  organizationId: string,
  path: string,
  { headers = {}, ...init }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
): Promise<Asked> {
  const { provider, keys } = emulator.organization(organizationId);
  const secret = keys[0]?.secret ?? '';
  const auth: Record<string, string> =
    provider === 'openai'
      ? { authorization: `Bearer ${secret}` }
      : { 'x-api-key': secret, 'anthropic-version': '2023-06-01' };
  const response = await fetch(`${emulator.anthropicUrl}${path}`, {
    headers: { ...auth, ...headers },
    redirect: 'manual',
    ...init,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Unix seconds of a day's midnight. */
export function unix(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000;
}
