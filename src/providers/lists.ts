import { z } from 'zod';
import { CostsError } from '../errors.js';
import { parseShape } from './shapes.js';

export interface ListPage<Item> {
  items: Item[];
  hasMore: boolean;
  /** The id behind which the next page begins. */
  after: string | null;
}

/**
 * Reads a page of a list of such items, where the answer says whether more follow, and behind which.
 * @returns a reader that throws CostsError `contract`
 */
export function listPageOf<Item extends { id: string }>(who: string, item: z.ZodType<Item>) {
  const shape = z.object({ data: z.array(item), has_more: z.boolean(), last_id: z.string().nullish() });
  return (document: unknown): ListPage<Item> => {
    const { data: items, has_more: hasMore, last_id } = parseShape(who, shape, document);
    // `last_id` is there on the last page, too, and may be absent on any.
    return { items, hasMore, after: last_id ?? items.at(-1)?.id ?? null };
  };
}

/** Far more than an organization has; a list that never ends must not fill the memory. */
const MOST_ITEMS = 100_000;
/** However few a page holds. */
const MOST_PAGES = 2_000;
/** However few items they are of; a name is seldom longer than thirty. */
const MOST_LETTERS = 64_000_000;

/**
 * Everything in a list that is asked for by the place of its first row, until a page has nothing new: how many rows a page
 * holds is for the provider to say, and one that passes over the place sends the same page again.
 */
export function followOffsets<Item extends { id: string }>(
  who: string,
  what: string,
  fetchPage: (offset: number) => Promise<Item[]>,
): Promise<Item[]> {
  const seen = new Set<string>();
  return followList(who, what, async (after) => {
    const offset = Number(after ?? '0');
    const items = (await fetchPage(offset)).filter(({ id }) => !seen.has(id));
    for (const { id } of items) seen.add(id);
    return { items, hasMore: items.length > 0, after: `${offset + items.length}` };
  });
}

/**
 * Everything in a list, page by page.
 * @param what the list holds, as `OpenAI … projects`
 * @throws CostsError `contract` when the list comes back to a page it has shown, breaks off, or goes on beyond any organization's size
 */
export async function followList<Item extends { id: string }>(
  who: string,
  what: string,
  fetchPage: (after: string | null) => Promise<ListPage<Item>>,
): Promise<Item[]> {
  // By id: what moves to another page while the list is read is still one.
  const found = new Map<string, Item>();
  const seen = new Set<string | null>();
  let letters = 0;
  for (let after: string | null = null; ;) {
    const page = await fetchPage(after);
    for (const item of page.items) found.set(item.id, item);
    if (!page.hasMore) return [...found.values()];
    letters += JSON.stringify(page.items).length;
    if (found.size > MOST_ITEMS || seen.size >= MOST_PAGES || letters > MOST_LETTERS) {
      throw new CostsError('contract', `${who}'s list of ${what} does not end; nothing was changed.`, {
        hint: 'Check the base URL.',
      });
    }
    // An empty page that says where more follow is gone past; one that does not is no end.
    if (page.after === null) {
      throw new CostsError('contract', `${who}'s list of ${what} breaks off; nothing was changed.`, {
        hint: 'Run the same command again later.',
      });
    }
    if (seen.has(page.after)) {
      throw new CostsError('contract', `${who} sent the same page of ${what} twice; nothing was changed.`, {
        hint: 'Run the same command again later.',
      });
    }
    seen.add(page.after);
    after = page.after;
  }
}
