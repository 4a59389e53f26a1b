import type { CostProvider } from '../../domain/cost-provider.js';
import { addDays, parseDay, toDay, type DaySpan } from '../../domain/day.js';
import { UNASSIGNED, type CostPage, type KeyIdentity, type ProviderCall } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import type { Wire } from '../define.js';
import { addressOf, type QueryParameters } from '../address.js';
import type { ReadRow } from '../http.js';
import { followList } from '../lists.js';
import { followPages, lastWholeDay } from '../paging.js';
import { isNotAllowed, isNotFound, isUnsupported } from '../refusal.js';
import { DriftWatch } from '../shapes.js';
import { parseApiKeysPage } from './api-keys.js';
import { firstDayTold, isTooOld } from './lookback.js';
import { createOpenAiUsage, reportParameters } from './usage.js';
import { parseCostsPage, parseKeyExpiry, parseProjectsPage, ResultReader, type CostsPage } from './schema.js';

/** Documented up to 180 and clamped to this without a word; asking more only hides the clamp. */
const MAX_DAYS = 31;
const BILL = ['project_id', 'line_item'];
const API_KEY = 'api_key_id';
/** Earlier days are refused by API key: "Try a start_time on or after 1764979200". */
const FIRST_DAY_BY_KEY = parseDay('2025-12-06');
const PROJECTS_PER_PAGE = '100';

/** https://platform.openai.com/docs/api-reference/usage/costs */
export function connectOpenAi({ http, now, ...wire }: Wire): Omit<CostProvider, 'facts'> {
  const get = (call: ProviderCall, path: string, parameters: QueryParameters, readRow?: ReadRow) => {
    const url = addressOf(wire, path, parameters);
    // Tokens of pages were seen refused with their `=` encoded.
    url.search = url.search.replaceAll('%3D', '=');
    return http.getJson({ url, headers: { authorization: `Bearer ${call.key.reveal()}` }, call, readRow });
  };

  /** Keys of organizations whose bills are not given by API key. */
  const withoutKeys = new WeakSet<ProviderCall['key']>();

  async function fetchPage(
    call: ProviderCall,
    span: DaySpan,
    groups: string[],
    cursor: string | null,
    drift: DriftWatch,
  ): Promise<CostsPage> {
    const parameters = reportParameters(span, { width: '1d', limit: MAX_DAYS, groups }, cursor);
    const reader = new ResultReader(drift, groups.includes(API_KEY));
    return parseCostsPage(
      await get(call, '/organization/costs', parameters, (row, path) => reader.read(row, path)),
      drift,
    );
  }

  return {
    maxDaysPerRequest: MAX_DAYS,
    usage: createOpenAiUsage(get),
    fetchCosts,
    fetchTotals(call, span) {
      const drift = new DriftWatch(call.observe);
      return followDays(span, (asked, cursor) => fetchPage(call, asked, [], cursor, drift));
    },
    listProjects(call) {
      return followList('OpenAI', 'projects', async (after) =>
        parseProjectsPage(
          await get(call, '/organization/projects', { limit: PROJECTS_PER_PAGE, include_archived: 'true', after }),
        ),
      );
    },
    async listApiKeys(call, projectIds) {
      const stop = new AbortController();
      const own = { ...call, signal: AbortSignal.any([call.signal, stop.signal]) };
      const listOf = async (projectId: string) => {
        const keys = await followList('OpenAI', `API keys of ${projectId}`, async (after) => {
          const path = `/organization/projects/${encodeURIComponent(projectId)}/api_keys`;
          return parseApiKeysPage(
            await get(own, path, { limit: PROJECTS_PER_PAGE, owner_project_access: 'any', after }),
            projectId,
          );
        }).catch((error: unknown) => {
          // A project that is gone has no keys any more; what is wrong with one alone says nothing of the others.
          if (isNotFound(error)) return [];
          if (isUnsupported(error)) return null;
          stop.abort();
          throw error;
        });
        if (keys === null) call.observe({ type: 'missing', endpoint: `API keys of ${projectId}` });
        return keys === null ? [] : [{ projectId, keys }];
      };
      const lists = (await Promise.all(projectIds.filter((id) => id !== UNASSIGNED).map(listOf))).flat();
      return { keys: lists.flatMap(({ keys }) => keys), projectIds: lists.map(({ projectId }) => projectId) };
    },
    async identify(call): Promise<KeyIdentity> {
      const today = toDay(now());
      const span = { since: addDays(today, 1 - MAX_DAYS), until: today };
      const organization = await findOrganization(call, span);
      return {
        organizationId: organization?.id ?? null,
        organizationName: organization?.name ?? null,
        canListProjects: await isAllowed(() => get(call, '/organization/projects', { limit: '1' })),
        ...(await inspectKeys(call)),
      };
    },
  };

  /** Days before the first that is kept by API key are asked without it; their rows are the same. */
  async function* fetchCosts(call: ProviderCall, span: DaySpan): AsyncGenerator<CostPage, void, undefined> {
    const drift = new DriftWatch(call.observe);
    if (span.since < FIRST_DAY_BY_KEY) {
      const earlier = span.until < FIRST_DAY_BY_KEY ? span : { ...span, until: addDays(FIRST_DAY_BY_KEY, -1) };
      for await (const page of followDays(earlier, (asked, cursor) => fetchPage(call, asked, BILL, cursor, drift))) {
        const isLast = earlier === span || page.end !== 'complete';
        yield isLast ? page : { ...page, end: null };
        if (page.end === 'early') return;
      }
      if (earlier === span) return;
    }
    const later = span.since < FIRST_DAY_BY_KEY ? { ...span, since: FIRST_DAY_BY_KEY } : span;
    let groups = BILL;
    yield* followDays(later, async (asked, cursor) => {
      if (cursor !== null) return fetchPage(call, asked, groups, cursor, drift);
      const first = await fetchFirstPage(call, asked, drift);
      ({ groups } = first);
      return first.page;
    });
  }

  /** By API key, unless the organization's bills are not given so: then as without keys, for the rest of the run. */
  async function fetchFirstPage(
    call: ProviderCall,
    span: DaySpan,
    drift: DriftWatch,
  ): Promise<{ page: CostsPage; groups: string[] }> {
    if (!withoutKeys.has(call.key)) {
      const groups = [...BILL, API_KEY];
      try {
        return { page: await fetchPage(call, span, groups, null, drift), groups };
      } catch (error) {
        if (isTooOld(error) || !(isUnsupported(error) || isNotAllowed(error))) throw error;
      }
    }
    const page = await fetchPage(call, span, BILL, null, drift);
    withoutKeys.add(call.key);
    call.observe({ type: 'missing', endpoint: 'API keys of the costs report' });
    return { page, groups: BILL };
  }

  /** Reads until a row names its organization; none does where nothing was spent. */
  async function findOrganization(call: ProviderCall, span: DaySpan): Promise<CostsPage['organization']> {
    const found: Pick<CostsPage, 'organization'> = { organization: null };
    const drift = new DriftWatch(() => undefined);
    const pages = followPages('OpenAI', span, async (cursor) => {
      const page = await fetchPage(call, span, ['project_id'], cursor, drift);
      found.organization = page.organization;
      return page;
    });
    for (;;) {
      const { done } = await pages.next();
      if (done === true || found.organization !== null) return found.organization;
    }
  }

  /** Best effort: a key that only reads usage may not list keys, which is as it should be. */
  async function inspectKeys(call: ProviderCall): Promise<Pick<KeyIdentity, 'expiresAt' | 'warnings'>> {
    try {
      const keys = await get(call, '/organization/admin_api_keys', { limit: '100' });
      const warnings = [
        'This key can do more than read usage: it lists admin keys. A key restricted to Usage: Read is enough.',
      ];
      return { expiresAt: parseKeyExpiry(keys, call.key.lastFour()), warnings };
    } catch (error) {
      if (call.signal.aborted || !(error instanceof CostsError)) throw error;
      return { expiresAt: null, warnings: [] };
    }
  }
}

/**
 * As `followPages`. Where a span begins before what OpenAI still tells, it is asked for from there; where OpenAI refuses the token
 * of a page that it named itself, the days behind the last page are a question of their own.
 */
async function* followDays(
  span: DaySpan,
  fetch: (asked: DaySpan, cursor: string | null) => Promise<CostsPage>,
): AsyncGenerator<CostPage, void, undefined> {
  let next = span.since;
  let told: Pick<CostPage, 'since'> = {};
  while (next <= span.until) {
    const asked = { ...span, since: next };
    try {
      for await (const page of followPages('OpenAI', asked, (cursor) => fetch(asked, cursor))) {
        yield { ...page, ...told };
        const last = lastWholeDay(page);
        if (last !== null) next = addDays(last, 1);
      }
      return;
    } catch (error) {
      const first = isTooOld(error) ? firstDayTold(error) : null;
      if (first !== null && first > next) [next, told] = [first, { since: first }];
      else if (!isUnsupported(error) || next === asked.since) throw error;
    }
  }
  yield { buckets: [], lines: [], end: 'complete', ...told };
}

async function isAllowed(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (error instanceof CostsError && ['auth', 'forbidden', 'contract'].includes(error.code)) return false;
    throw error;
  }
}
