import type { ProviderProject } from '../domain/provider.js';
import { CostsError } from '../errors.js';

export interface ListPage {
  projects: ProviderProject[];
  hasMore: boolean;
  /** The id behind which the next page begins. */
  after: string | null;
}

/**
 * Every project of a list, page by page.
 * @param what the list holds, as `OpenAI … projects`
 * @throws CostsError `contract` when the list comes back to a page it has shown, and would never end
 */
export async function followList(
  who: string,
  what: string,
  fetchPage: (after: string | null) => Promise<ListPage>,
): Promise<ProviderProject[]> {
  const projects: ProviderProject[] = [];
  const seen = new Set<string | null>();
  for (let after: string | null = null; ;) {
    const page = await fetchPage(after);
    projects.push(...page.projects);
    if (!page.hasMore || page.projects.length === 0) return projects;
    if (seen.has(page.after)) {
      throw new CostsError('contract', `${who} sent the same page of ${what} twice; nothing was changed.`, {
        hint: 'Run the same command again later.',
      });
    }
    seen.add(page.after);
    after = page.after;
  }
}
