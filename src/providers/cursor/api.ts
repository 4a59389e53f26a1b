import { BucketMerger } from '../../domain/bucket.js';
import { endOfDay, startOfDay, toDay, type DaySpan } from '../../domain/day.js';
import { add, ZERO, type Decimal } from '../../domain/decimal.js';
import type { CostProvider, CycleTotal } from '../../domain/cost-provider.js';
import { UNASSIGNED, type ProviderCall } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { dailyLine, wholeAnswer } from '../../domain/daily-line.js';
import type { Wire } from '../define.js';
import { addressOf } from '../address.js';
import { broken, checkRows } from '../paging.js';
import { isNotFound } from '../refusal.js';
import { remember } from '../remember.js';
import { DriftWatch } from '../shapes.js';
import { parseEvents, parseSpend, readRefusal, type CursorEvent } from './schema.js';

const MAX_DAYS = 30;
const EVENTS_PER_PAGE = 1_000;
const MEMBERS_PER_PAGE = 100;
/** So often is a report begun anew that changes while its pages are turned. */
const MOST_READINGS = 3;
/** Far more than a month of any company has. */
const MOST_PAGES = 10_000;

export function connectCursor({ http, now, ...wire }: Wire): Omit<CostProvider, 'facts'> {
  const post = (call: ProviderCall, path: string, body: unknown) => {
    const url = addressOf(wire, path);
    const authorization = `Basic ${Buffer.from(`${call.key.reveal()}:`).toString('base64')}`;
    return http.getJson({ url, headers: { authorization }, call, body, readRefusal });
  };

  /** A key is of a team, or of an organization of teams, which other paths are for. */
  const isOrganization = remember(async (call: ProviderCall) => {
    try {
      await post(call, '/teams/spend', { page: 1, pageSize: 1 });
      return false;
    } catch (error) {
      const isElse = isNotFound(error) || (error instanceof CostsError && error.keyProblem === 'missing-scope');
      if (!isElse || call.organizationId === undefined) throw error;
      await post(call, '/organizations/pooled-usage', { organizationId: call.organizationId });
      return true;
    }
  });

  async function* turnPages(call: ProviderCall, from: Date, to: Date): AsyncGenerator<CursorEvent[]> {
    const drift = new DriftWatch(call.observe);
    const isOfTeams = await isOrganization(call);
    // Both ends are included.
    const last = new Date(to.getTime() - 1);
    let [count, seen]: [number | null, number] = [null, 0];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const answer = parseEvents(
        await post(call, `/${isOfTeams ? 'organizations' : 'teams'}/filtered-usage-events`, {
          ...(isOfTeams ? { organizationId: call.organizationId } : {}),
          startDate: from.getTime(),
          endDate: last.getTime(),
          page,
          pageSize: EVENTS_PER_PAGE,
        }),
        drift,
      );
      const stranger = answer.events.find(({ day }) => day < toDay(from) || day > toDay(last));
      if (stranger !== undefined) throw broken('Cursor', `sent ${stranger.day}, which was not asked for`);
      count ??= answer.count;
      seen += answer.events.length;
      yield answer.events;
      if (answer.count !== count || seen > count) throw new Moved();
      if (answer.hasMore && answer.events.length > 0) continue;
      if (seen !== count) throw new Moved();
      return;
    }
    throw endless();
  }

  /** Events have no ids: pages that move while they are turned show some twice and others never, and are read again. */
  async function readEvents<T>(
    begin: () => T,
    call: ProviderCall,
    from: Date,
    to: Date,
    take: (all: T, event: CursorEvent) => void,
  ) {
    for (let reading = 1; ; reading += 1) {
      const all = begin();
      try {
        for await (const events of turnPages(call, from, to)) for (const event of events) take(all, event);
        return all;
      } catch (error) {
        if (!(error instanceof Moved)) throw error;
        if (reading >= MOST_READINGS) throw moving();
      }
    }
  }

  async function readSpan(call: ProviderCall, { since, until }: DaySpan, isDetailed: boolean) {
    const take = (merger: BucketMerger, event: CursorEvent) => {
      merger.add(toLine(event, isDetailed));
      checkRows('Cursor', merger.size, call);
    };
    // An open day grows while its pages are turned; what comes after this instant is for the next reading.
    const end = new Date(
      Math.min(endOfDay(until).getTime(), Math.max(now().getTime(), startOfDay(since).getTime() + 1)),
    );
    const merger = await readEvents(() => new BucketMerger(), call, startOfDay(since), end, take);
    return wholeAnswer({ since, until }, merger.lines(), now());
  }

  return {
    maxDaysPerRequest: MAX_DAYS,
    async *fetchCosts(call, span) {
      yield await readSpan(call, span, true);
    },
    async *fetchTotals(call, span) {
      yield await readSpan(call, span, false);
    },
    listProjects: () => Promise.resolve([]),
    async identify(call) {
      const isOfTeams = await isOrganization(call);
      return {
        organizationId: call.organizationId ?? null,
        organizationName: null,
        canListProjects: true,
        expiresAt: null,
        warnings: isOfTeams ? [] : ['Cursor adds up events by the hour: reading it more often brings nothing.'],
      };
    },
    async cycleTotal(call): Promise<CycleTotal | null> {
      if (await isOrganization(call)) return null;
      const ask = async (page: number) =>
        parseSpend(await post(call, '/teams/spend', { page, pageSize: MEMBERS_PER_PAGE }));
      const first = await ask(1);
      let { charged } = first;
      for (let page = 2; page <= Math.min(first.pages, MOST_PAGES); page += 1)
        charged = add(charged, (await ask(page)).charged);
      const counted = await readEvents<{ cost: Decimal }>(
        () => ({ cost: ZERO }),
        call,
        first.cycleStart,
        now(),
        (all, { worth, isCharged }) => {
          if (isCharged) all.cost = add(all.cost, worth);
        },
      );
      return { since: toDay(first.cycleStart), currency: 'USD', rows: counted.cost, total: charged };
    },
  };
}

/** What the plan includes is worth something and costs nothing: a discount of all of it. */
function toLine({ day, team, model, kind, worth, isCharged }: CursorEvent, isDetailed: boolean) {
  return dailyLine({
    day,
    description: isDetailed ? model : null,
    further: isDetailed && kind !== null ? [kind] : [],
    providerProjectId: isDetailed && team !== null ? team : UNASSIGNED,
    currency: 'USD',
    cost: isCharged ? worth : ZERO,
    listCost: worth,
    model: isDetailed ? model : null,
  });
}

/** Pages that were read do not belong together. */
class Moved extends Error {}

function moving(): CostsError {
  return new CostsError('contract', 'The events of Cursor changed each time they were read; nothing was changed.', {
    hint: 'Run the same command again later.',
  });
}

function endless(): CostsError {
  return new CostsError('contract', `Cursor sent more than ${MOST_PAGES} pages of events; nothing was changed.`, {
    hint: 'Run the same command again later.',
  });
}
