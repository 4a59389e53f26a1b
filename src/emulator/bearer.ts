/** The key of an `Authorization: Bearer` header; null where there is none. */
export function bearer({ authorization }: Record<string, string | string[] | undefined>): string | null {
  return typeof authorization === 'string' && authorization.startsWith('Bearer ') ? authorization.slice(7) : null;
}
