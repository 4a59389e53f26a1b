/** A page of a list that is walked by the id of its last item. */
export interface Listing<T> {
  items: T[];
  firstId: string | null;
  /** Set on the final page too, as the real ones are: only `hasMore` tells the end. */
  lastId: string | null;
  hasMore: boolean;
}

/** The `limit` items after the one with the id `after`; null when there is no such item. */
export function listAfter<T extends { id: string }>(all: T[], after: string | null, limit: number): Listing<T> | null {
  const position = after === null ? -1 : all.findIndex(({ id }) => id === after);
  if (after !== null && position === -1) return null;
  const items = all.slice(position + 1, position + 1 + limit);
  return {
    items,
    firstId: items[0]?.id ?? null,
    lastId: items.at(-1)?.id ?? null,
    hasMore: position + 1 + limit < all.length,
  };
}
