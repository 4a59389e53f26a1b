import type { ApiAnswer } from './api.js';
import type { Fault } from './faults.js';

interface PageBody {
  data: { results: unknown[] }[];
  has_more: boolean;
  next_page: string | null;
}

/** A right page of buckets made wrong; every other answer stays as it is. */
export function spoilPage(answer: ApiAnswer, fault: Fault, cursor: string | null): ApiAnswer {
  if (answer.status !== 200) return answer;
  const spoiled = spoil(answer.body as PageBody, fault, answer.again ?? null, cursor);
  return spoiled === null ? answer : { ...answer, body: { ...(answer.body as PageBody), ...spoiled } };
}

function spoil(body: PageBody, fault: Fault, again: string | null, cursor: string | null): Partial<PageBody> | null {
  switch (fault.kind) {
    case 'duplicate-page':
      return { has_more: true, next_page: again };
    case 'repeated-cursor':
      return { has_more: true, next_page: cursor };
    case 'missing-cursor':
      return { has_more: true, next_page: null };
    case 'empty-page':
      return { data: [], has_more: fault.more ?? false, next_page: fault.more === true ? again : null };
    case 'empty-buckets':
      return { data: body.data.map((bucket) => ({ ...bucket, results: [] })) };
    default:
      return null;
  }
}
