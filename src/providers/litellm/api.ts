import type { CostProvider } from '../../domain/cost-provider.js';
import { wholeAnswer } from '../../domain/daily-line.js';
import { toDay, type Day, type DaySpan } from '../../domain/day.js';
import { sum } from '../../domain/decimal.js';
import type { ProviderCall } from '../../domain/provider.js';
import type { Wire } from '../define.js';
import { addressOf, type QueryParameters } from '../address.js';
import { broken, checkRows } from '../paging.js';
import { isNotFound } from '../refusal.js';
import { DriftWatch } from '../shapes.js';
import { ENDPOINT, toLines } from './activity.js';
import { parseActivity, readRefusal, type ActivityPage, type DayActivity } from './schema.js';

const WHO = 'LiteLLM';
const PATH = '/user/daily/activity';
const PAGE_SIZE = '1000';
/** A proxy with 141 keys has been seen to need 1,329 pages for 30 days, and a day is asked for at once. */
const MOST_PAGES = 1_000;
/** No user has it; and it is asked for nothing but whether a key may see those of others. */
const SOMEBODY_ELSE = '*';

export function connectLiteLlm({ http, baseUrl, now }: Wire): Omit<CostProvider, 'facts'> {
  const ask = async (call: ProviderCall, path: string, { since, until }: DaySpan, page: QueryParameters) => {
    const url = addressOf({ baseUrl }, path, { start_date: since, end_date: until, ...page });
    const drift = new DriftWatch(call.observe);
    const headers = { authorization: `Bearer ${call.key.reveal()}` };
    return parseActivity(await http.getJson({ url, headers, call, readRefusal }), drift);
  };

  const readPages = async (call: ProviderCall, span: DaySpan, narrowed: QueryParameters): Promise<ActivityPage> => {
    const days: DayActivity[] = [];
    let rows = 0;
    for (let number = 1, pages = 1; number <= pages; number += 1) {
      if (number > MOST_PAGES) throw broken(WHO, `has more than ${MOST_PAGES} pages of ${span.since}`);
      const page = await ask(call, PATH, span, { ...narrowed, page: `${number}`, page_size: PAGE_SIZE });
      days.push(...page.days);
      rows += page.days.flatMap(({ models }) => models).reduce((sum, { keys }) => sum + keys.length, 0);
      checkRows(WHO, rows, call);
      pages = page.pages;
    }
    return { days, pages: 1 };
  };

  /** Older proxies have pages alone, and some of those skip and repeat rows from one page to the next. */
  const readSteadyPages = async (call: ProviderCall, span: DaySpan, narrowed: QueryParameters) => {
    const spend = spendOf(await readPages(call, span, narrowed));
    const page = await readPages(call, span, narrowed);
    const isOver = span.until < toDay(now());
    if (isOver && spend !== spendOf(page))
      throw broken(WHO, `sends pages of ${span.since} that move while they are turned`);
    return page;
  };

  const readActivity = async (call: ProviderCall, span: DaySpan, narrowed: QueryParameters = {}) => {
    const { days } = await ask(call, `${PATH}/aggregated`, span, narrowed).catch((error: unknown) => {
      if (isNotFound(error)) return readSteadyPages(call, span, narrowed);
      throw error;
    });
    const stranger = days.find(({ day }) => day < span.since || day > span.until);
    if (stranger !== undefined) throw broken(WHO, `sent ${stranger.day}, which was not asked for`);
    return days;
  };

  return {
    // It bills nobody: what it adds up is on the bills of others.
    maxDaysPerRequest: 366,
    // eslint-disable-next-line @typescript-eslint/require-await -- the contract's
    async *fetchCosts(_call, span) {
      yield wholeAnswer(span, [], now());
    },
    usage: {
      endpoints: [ENDPOINT],
      requestsAWindow: 1,
      isDaily: true,
      // Lists of keys are cut off by request: the fewer days, the fewer keys.
      maxDays: () => 1,
      async *fetchUsage(call, span) {
        const lines = toLines(await readActivity(call, span));
        yield { endpoint: ENDPOINT, buckets: [], lines, end: 'complete', since: span.since };
      },
    },
    // Teams are known by their ids: their names are in no report that is read.
    listProjects: () => Promise.resolve([]),
    async identify(call) {
      const today: Day = toDay(now());
      // A key of a lesser user is told of that user alone, and refused where it asks for another.
      await readActivity(call, { since: today, until: today }, { user_id: SOMEBODY_ELSE });
      return {
        organizationId: call.organizationId ?? baseUrl.host,
        organizationName: null,
        canListProjects: true,
        expiresAt: null,
        warnings: ['A master key can do everything on the proxy; a key of an admin viewer is enough.'],
      };
    },
  };
}

function spendOf({ days }: ActivityPage) {
  return sum(days.map(({ spend }) => spend));
}
