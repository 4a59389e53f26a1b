import type { CostProvider } from '../../domain/cost-provider.js';
import { addDays, endOfDay, startOfDay, type Day, type DaySpan } from '../../domain/day.js';
import { absolute, add, negate, ZERO, type Decimal } from '../../domain/decimal.js';
import { UNASSIGNED, type KeyIdentity, type ProviderCall } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { dailyLine, wholeAnswer } from '../../domain/daily-line.js';
import { isBinaryNoise } from '../binary-sums.js';
import { BrokenAnswer } from '../broken.js';
import type { Wire } from '../define.js';
import { addressOf, type QueryParameters } from '../address.js';
import { followOffsets } from '../lists.js';
import { checkRows } from '../paging.js';
import { remember } from '../remember.js';
import { DriftWatch, formatInstant } from '../shapes.js';
import { createByokUsage, type ReadByWorkspace } from './byok.js';
import { parseAnalytics, parseKeyAnswer, parseWorkspaces, type AnalyticsRow, type Metric } from './schema.js';

/** A month of a few hundred models stays below the most rows of an answer. */
const MAX_DAYS = 31;
/** Told are 365 days back from this moment, and so not the whole of the first. */
const WHOLE_DAYS = 364;
const MOST_ROWS = 10_000;
const WORKSPACES_PER_PAGE = '100';

interface Asked {
  metric: Metric;
  byModel: boolean;
  /** Null for the whole organization. */
  workspace: string | null;
  drift: DriftWatch;
}

export function connectOpenRouter({ http, now, ...wire }: Wire): Omit<CostProvider, 'facts'> {
  const ask = (call: ProviderCall, path: string, parameters: QueryParameters = {}, body?: unknown) => {
    const url = addressOf(wire, path, parameters);
    return http.getJson({ url, headers: { authorization: `Bearer ${call.key.reveal()}` }, call, body });
  };

  const queryRows = async (call: ProviderCall, span: DaySpan, { metric, byModel, workspace, drift }: Asked) => {
    const { rows, isCut, warnings } = parseAnalytics(
      await ask(call, '/analytics/query', undefined, {
        metrics: [metric],
        dimensions: byModel ? ['model'] : [],
        granularity: 'day',
        // Whether the end is still included is not said: the day that begins there is left out below.
        time_range: { start: formatInstant(startOfDay(span.since)), end: formatInstant(endOfDay(span.until)) },
        // By id: answers hold names, and two workspaces may share one.
        filters: workspace === null ? [] : [{ field: 'workspace', operator: 'eq', value: workspace }],
        limit: MOST_ROWS,
      }).catch((error: unknown) => {
        throw isTooWide(error) ? cutShort(span) : error;
      }),
      metric,
      drift,
    );
    if (isCut || rows.length >= MOST_ROWS) throw cutShort(span);
    if (warnings.length > 0) throw notAll(warnings);
    const next = addDays(span.until, 1);
    const stranger = rows.find(({ day }) => day < span.since || day > next);
    if (stranger !== undefined) throw notAll([`it sends ${stranger.day}, which was not asked for`]);
    return rows.filter(({ day }) => day !== next);
  };

  const listProjects = (call: ProviderCall) =>
    followOffsets('OpenRouter', 'workspaces', async (offset) =>
      parseWorkspaces(await ask(call, '/workspaces', { offset: `${offset}`, limit: WORKSPACES_PER_PAGE })),
    );
  const knownWorkspaces = remember(listProjects);

  const readByWorkspace: ReadByWorkspace = async (call, span, metric) => {
    const asked = { metric, byModel: true, drift: new DriftWatch(call.observe) };
    // First: what is charged in between then shows up in a workspace, and not as spend of none.
    const all = await queryRows(call, span, { ...asked, workspace: null });
    const listed = await knownWorkspaces(call);
    let held = all.length;
    const rows = await Promise.all(
      listed.map(async ({ id, name }) => {
        const found = await queryRows(call, span, { ...asked, workspace: id });
        held += found.length;
        checkRows('OpenRouter', held, call);
        return found.map((row) => ({ id, name, ...row }));
      }),
    );
    const own = rows.flat();
    const rest = leftOver(all, own, (day) => endOfDay(day) > now());
    return [...own, ...rest.map((row) => ({ id: UNASSIGNED, name: null, ...row }))];
  };

  return {
    maxDaysPerRequest: MAX_DAYS,
    firstDay: (today) => addDays(today, -WHOLE_DAYS),
    usage: createByokUsage(readByWorkspace),
    async *fetchCosts(call, span) {
      const rows = await readByWorkspace(call, span, 'credits_usage');
      const lines = rows.map(({ day, model, amount, id, name }) =>
        dailyLine({
          day,
          description: model,
          providerProjectId: id,
          providerProjectName: name,
          currency: 'USD',
          cost: amount,
          model,
        }),
      );
      yield wholeAnswer(span, lines, now());
    },
    async *fetchTotals(call, span) {
      const drift = new DriftWatch(call.observe);
      const rows = await queryRows(call, span, { metric: 'credits_usage', byModel: false, workspace: null, drift });
      const lines = rows.map(({ day, amount }) =>
        dailyLine({ day, description: null, providerProjectId: UNASSIGNED, currency: 'USD', cost: amount }),
      );
      yield wholeAnswer(span, lines, now());
    },
    listProjects,
    async identify(call): Promise<KeyIdentity> {
      const { isManagementKey, account, expiresAt } = parseKeyAnswer(await ask(call, '/key'));
      if (!isManagementKey) throw notManagement();
      return {
        organizationId: account,
        organizationName: null,
        canListProjects: true,
        expiresAt,
        warnings: ['A management key can also make and delete keys. Share it with no one else.'],
      };
    },
  };
}

/**
 * What no listed workspace was charged: those of a workspace that was deleted. What binary sums of the same amounts may differ
 * by is nothing.
 * @param isOpen whether a day still goes on, and workspaces that were asked later may have more than there was in all
 */
function leftOver(
  all: readonly AnalyticsRow[],
  own: readonly AnalyticsRow[],
  isOpen: (day: Day) => boolean,
): AnalyticsRow[] {
  const sums = new Map<string, AnalyticsRow & { size: Decimal }>();
  const count = ({ day, model, amount }: AnalyticsRow, size: Decimal) => {
    const key = JSON.stringify([day, model]);
    const known = sums.get(key) ?? { day, model, amount: ZERO, size: ZERO };
    sums.set(key, { day, model, amount: add(known.amount, amount), size: add(known.size, size) });
  };
  for (const row of all) count(row, ZERO);
  for (const row of own) count({ ...row, amount: negate(row.amount) }, absolute(row.amount));
  return [...sums.values()].filter(
    ({ day, amount, size }) => !isBinaryNoise(amount, size) && !(isOpen(day) && amount < ZERO),
  );
}

/** What it answers to a query that takes too long: fewer days may not. */
function isTooWide(error: unknown): boolean {
  return error instanceof CostsError && error.cause instanceof BrokenAnswer && error.cause.status === 408;
}

function cutShort({ since, until }: DaySpan): CostsError {
  return new CostsError('too-large', `OpenRouter has more rows from ${since} to ${until} than it answers at once.`, {
    hint: 'Nothing of these days was changed. Ask for fewer days at once: costs backfill --help',
  });
}

function notAll(warnings: readonly string[]): CostsError {
  return new CostsError('contract', `OpenRouter warns that its answer is not all there is: ${warnings.join('; ')}.`, {
    hint: 'Nothing of this window was changed. Run the same command again later.',
  });
}

function notManagement(): CostsError {
  return new CostsError('auth', 'OpenRouter says that this key calls models; bills are read with a management key.', {
    hint: 'Make one at https://openrouter.ai/settings/management-keys',
    keyProblem: 'wrong-kind',
  });
}
