import type { CostPage } from '../domain/provider.js';
import { CostsError } from '../errors.js';

/** What the pages of an answer tell besides their rows. */
export class PageWatch {
  /** Days of the longest page where there are several; undefined where one holds all. */
  pageDays: number | undefined;
  /** Why no more pages came, though there are some: the days until then are whole. */
  cut: CostsError | undefined;

  /** The pages, up to the one that the limit of requests or the network kept from coming. */
  async *watch(pages: AsyncIterable<CostPage>): AsyncGenerator<CostPage, void, undefined> {
    let [days, longest] = [0, 0];
    try {
      for await (const page of pages) {
        days += page.buckets.length;
        longest = Math.max(longest, page.buckets.length);
        if (days > longest) this.pageDays = longest;
        yield page;
      }
    } catch (error) {
      if (days === 0 || !(error instanceof CostsError) || error.code !== 'unreachable') throw error;
      this.cut = error;
    }
  }
}
