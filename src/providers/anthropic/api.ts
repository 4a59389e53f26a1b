import type { CostProvider } from '../../domain/cost-provider.js';
import { endOfDay, type DaySpan } from '../../domain/day.js';
import type { CostPage, ProviderCall } from '../../domain/provider.js';
import { strangersKey } from '../../domain/stranger.js';
import { CostsError } from '../../errors.js';
import type { Wire } from '../define.js';
import { addressOf, type QueryParameters } from '../address.js';
import type { JsonRequest } from '../http.js';
import { followList } from '../lists.js';
import { followPages, type RawPage } from '../paging.js';
import { remember } from '../remember.js';
import { DriftWatch } from '../shapes.js';
import { createAnthropicAnalytics } from './analytics.js';
import { createAnalyticsPages } from './analytics-pages.js';
import { parseApiKeysPage } from './api-keys.js';
import { createAnthropicBillReport } from './bill-report.js';
import { identifyAnthropic } from './identify.js';
import { parsePeoplePage } from './people.js';
import { createAnthropicUsage, reportParameters } from './usage.js';
import { parseCostReport, parseMe, parseOrganizationsPage, parseWorkspacesPage, ResultReader } from './schema.js';

/** https://platform.claude.com/docs/en/api/admin/cost_report: at most 31 days a page. */
const MAX_DAYS = 31;
const GROUPS = ['workspace_id', 'description'];
const ITEMS = { limit: '1000' };

export function connectAnthropic({ http, now, ...wire }: Wire): Omit<CostProvider, 'facts'> {
  const get = (
    call: ProviderCall,
    path: string,
    parameters: QueryParameters = {},
    { readRow, headers: more = {}, together }: Partial<Pick<JsonRequest, 'readRow' | 'together' | 'headers'>> = {},
  ) => {
    const url = addressOf(wire, path, parameters);
    const headers = { 'x-api-key': call.key.reveal(), 'anthropic-version': '2023-06-01', ...more };
    return http.getJson({ url, headers, call, readRow, together });
  };

  async function fetchPage(
    call: ProviderCall,
    span: DaySpan,
    groups: readonly string[],
    cursor: string | null,
    drift: DriftWatch,
  ): Promise<RawPage> {
    const parameters = reportParameters(span, { width: '1d', limit: MAX_DAYS, groups }, cursor);
    const reader = new ResultReader(drift);
    return parseCostReport(
      await get(call, '/v1/organizations/cost_report', parameters, { readRow: (row, path) => reader.read(row, path) }),
      drift,
    );
  }

  async function* fetchReport(call: ProviderCall, span: DaySpan, groups: readonly string[]): AsyncGenerator<CostPage> {
    const drift = new DriftWatch(call.observe);
    try {
      yield* followPages('Anthropic', span, (cursor) => fetchPage(call, span, groups, cursor, drift));
    } catch (error) {
      if (!isTooEarly(error, span)) throw error;
      yield { buckets: [], lines: [], end: 'early' };
    }
  }

  const askOwner = async (call: ProviderCall) => parseMe(await get(call, '/v1/organizations/me'));

  /** Whose a key is; null where that is not told, which costs no figures. */
  const ownerOf = remember(async (call: ProviderCall) => {
    try {
      return (await askOwner({ ...call, mayWait: undefined })).id;
    } catch (error) {
      if (error instanceof CostsError && error.code !== 'interrupted') return null;
      throw error;
    }
  });

  /** Pages of a report that does not say whose it is: of nobody's but the organization's that is asked for. */
  async function* ofOwn<Page>(call: ProviderCall, pages: AsyncIterable<Page>): AsyncGenerator<Page, void, undefined> {
    const { organizationId } = call;
    for await (const page of pages) {
      const owner = organizationId === undefined ? null : await ownerOf(call);
      if (organizationId !== undefined && owner !== null && owner !== organizationId)
        throw strangersKey({ name: organizationId, organizationId }, owner);
      yield page;
    }
  }

  const usage = createAnthropicUsage(get, isTooEarly);
  const readAnalytics = createAnalyticsPages(get);
  const billReport = createAnthropicBillReport(readAnalytics);

  return {
    maxDaysPerRequest: MAX_DAYS,
    usage: {
      ...usage,
      fetchUsage: (call, ...asked) => ofOwn(call, usage.fetchUsage(call, ...asked)),
    },
    billReport,
    keyedReports: createAnthropicAnalytics(readAnalytics, now),
    fetchCosts: (call, span) => ofOwn(call, fetchReport(call, span, GROUPS)),
    fetchTotals: (call, span) => ofOwn(call, fetchReport(call, span, [])),
    listProjects(call) {
      return followList('Anthropic', 'workspaces', async (after) =>
        parseWorkspacesPage(
          await get(call, '/v1/organizations/workspaces', { ...ITEMS, after_id: after, include_archived: 'true' }),
        ),
      );
    },
    async listApiKeys(call, projectIds, projects) {
      const keys = await followList('Anthropic', 'API keys', async (after) =>
        parseApiKeysPage(
          await get(call, '/v1/organizations/api_keys', { ...ITEMS, after_id: after }),
          now(),
          (workspace) => projects.has(workspace),
        ),
      );
      return { keys, projectIds };
    },
    listPeople(call) {
      return followList('Anthropic', 'people', async (after) =>
        parsePeoplePage(await get(call, '/v1/organizations/users', { ...ITEMS, after_id: after })),
      );
    },
    identify: (call) =>
      identifyAnthropic(call, now(), {
        me: () => askOwner(call),
        tryBill: async (day) => {
          await fetchPage(call, { since: day, until: day }, GROUPS, null, new DriftWatch(() => undefined));
        },
        report: billReport,
        listNames: () =>
          followList('Anthropic', 'organizations', async (page) =>
            parseOrganizationsPage(await get(call, '/v1/compliance/organizations', { page })),
          ),
      }),
  };

  /** A range without one ended day is refused with 400: there is simply nothing yet. */
  function isTooEarly(error: unknown, span: DaySpan): boolean {
    return (
      error instanceof CostsError &&
      error.code === 'contract' &&
      /date range|ending date/i.test(error.message) &&
      endOfDay(span.since) > now()
    );
  }
}
