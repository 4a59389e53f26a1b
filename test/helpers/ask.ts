import type { Emulator } from '../../src/emulator/emulator.js';

/** A body of either provider: every field a test looks at. The ones an answer does not have are undefined. */
export interface AskedBody {
  data: {
    id: string;
    start_time: number;
    starting_at: string;
    results: Record<string, unknown>[];
    [field: string]: unknown;
  }[];
  has_more: boolean;
  next_page: string | null;
  error: { message: string; type: string };
  [field: string]: unknown;
}

export interface Asked {
  status: number;
  headers: Headers;
  /** The body as it came. */
  text: string;
  /** The body parsed; undefined when it is no JSON. */
  json: AskedBody;
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
  const response = await fetch(`${emulator.baseUrl('anthropic')}${path}`, {
    headers: { ...auth, ...headers },
    redirect: 'manual',
    ...init,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): AskedBody {
  try {
    return JSON.parse(text) as AskedBody;
  } catch {
    return undefined as unknown as AskedBody;
  }
}

/** Unix seconds of a day's midnight. */
export function unix(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000;
}
