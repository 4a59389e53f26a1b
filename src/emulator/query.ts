/** All values of an array parameter: in brackets (`name[]=a`), or repeated (`name=a&name=b`). */
export function listOf(query: URLSearchParams, name: string): string[] {
  return [...query.getAll(`${name}[]`), ...query.getAll(name)].filter((value) => value !== '');
}

/** Everything a query asks for but its place in it: what a cursor is bound to. */
export function queryIdentity(organizationId: string, path: string, query: URLSearchParams): string {
  const asked = [...query].filter(([name]) => name !== 'page').map(([name, value]) => `${name}=${value}`);
  return JSON.stringify([organizationId, path, asked.sort()]);
}

/** A whole number, null when absent. Undefined when it is something else. */
export function integerOf(query: URLSearchParams, name: string): number | null | undefined {
  const text = query.get(name);
  if (text === null) return null;
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
