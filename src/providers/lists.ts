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
