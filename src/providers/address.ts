import type { Wire } from './define.js';

/** What is asked for in an address: a list is a parameter for each of its words, null is left out. */
export type QueryParameters = Readonly<Record<string, string | readonly string[] | null>>;

/** The address of a path below a provider's base URL. */
export function addressOf({ baseUrl }: Pick<Wire, 'baseUrl'>, path: string, parameters: QueryParameters = {}): URL {
  const url = new URL(`${baseUrl.href.replace(/\/$/, '')}${path}`);
  for (const [name, value] of Object.entries(parameters))
    for (const each of value === null ? [] : [value].flat()) url.searchParams.append(name, each);
  return url;
}
