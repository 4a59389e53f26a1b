import type { ProviderProject } from '../domain/provider.js';
import { CostsError } from '../errors.js';

export interface ListPage {
  projects: ProviderProject[];
  hasMore: boolean;
  /** The id behind which the next page begins. */
  after: string | null;
}

/** Far more than an organization has; a list that never ends must not fill the memory. */
const MOST_PROJECTS = 100_000;

/**
 * Every project of a list that is asked for by the place of its first row, until a page has nothing new: how many rows a page
 * holds is for the provider to say, and one that passes over the place sends the same page again.
 */
export function followOffsets(
  who: string,
  what: string,
  fetchPage: (offset: number) => Promise<ProviderProject[]>,
): Promise<ProviderProject[]> {
  const seen = new Set<string>();
  return followList(who, what, async (after) => {
    const offset = Number(after ?? '0');
    const projects = (await fetchPage(offset)).filter(({ id }) => !seen.has(id));
    for (const { id } of projects) seen.add(id);
    return { projects, hasMore: projects.length > 0, after: `${offset + projects.length}` };
  });
}

/**
 * Every project of a list, page by page.
 * @param what the list holds, as `OpenAI … projects`
 * @throws CostsError `contract` when the list comes back to a page it has shown, or goes on beyond any organization's size
 */
export async function followList(
  who: string,
  what: string,
  fetchPage: (after: string | null) => Promise<ListPage>,
): Promise<ProviderProject[]> {
  // By id: a project that moves to another page while the list is read is still one.
  const projects = new Map<string, ProviderProject>();
  const seen = new Set<string | null>();
  for (let after: string | null = null; ;) {
    const page = await fetchPage(after);
    for (const project of page.projects) projects.set(project.id, project);
    if (!page.hasMore || page.projects.length === 0) return [...projects.values()];
    if (projects.size > MOST_PROJECTS) {
      throw new CostsError('contract', `${who} lists more than ${MOST_PROJECTS} ${what}; nothing was changed.`, {
        hint: 'Check the base URL: a list of this length never ends.',
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
