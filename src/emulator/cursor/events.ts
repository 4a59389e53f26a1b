import { daysOf, startOfDay, startOfMonthOf, toDay } from '../../domain/day.js';
import { formatDecimal, parseDecimal, sum } from '../../domain/decimal.js';
import type { ApiRequest, Route } from '../api.js';
import { raw } from '../json.js';
import { amountText, type WorldRow } from '../world.js';

interface Event {
  at: number;
  row: WorldRow;
}

/** What is included: the row's amount is nothing, and `listAmount` says what it is worth. */
const isIncluded = ({ listAmount }: WorldRow) => listAmount !== undefined;

function eventsOf({ organization, rowsOf, now }: ApiRequest, from: number, to: number): Event[] {
  return daysOf({ since: toDay(new Date(from)), until: toDay(new Date(to)) })
    .flatMap((day) =>
      rowsOf(organization, day).map((row, index) => ({
        at: startOfDay(day).getTime() + (row.hour ?? index % 12) * 3_600_000 + index,
        row,
      })),
    )
    .filter(({ at }) => at >= from && at <= to && at <= now.getTime())
    .sort((a, b) => b.at - a.at);
}

/** `POST /teams/filtered-usage-events`, and the one of organizations, whose events name their teams. */
export const eventsRoute: Route = {
  path: /^\/cursor\/(teams|organizations)\/filtered-usage-events$/,
  method: 'POST',
  scope: 'usage',
  answer: (request) => {
    const asked = request.body as { startDate: number; endDate: number; page?: number; pageSize?: number };
    const { startDate, endDate, page = 1, pageSize = 100 } = asked;
    const events = eventsOf(request, startDate, endDate);
    const shown = events.slice((page - 1) * pageSize, page * pageSize);
    const numPages = Math.ceil(events.length / pageSize);
    return {
      status: 200,
      body: {
        totalUsageEventsCount: events.length,
        pagination: {
          numPages,
          currentPage: page,
          pageSize,
          hasNextPage: page < numPages,
          hasPreviousPage: page > 1,
        },
        usageEvents: shown.map(toEvent),
        period: { startDate, endDate },
      },
    };
  },
};

function toEvent({ at, row }: Event): unknown {
  return {
    timestamp: `${at}`,
    userEmail: 'a@example.com',
    model: row.lineItem,
    kind: isIncluded(row) ? 'Included in Business' : 'Usage-based',
    teamId: row.projectId,
    maxMode: false,
    requestsCosts: 1,
    isTokenBasedCall: true,
    isChargeable: !isIncluded(row),
    isHeadless: false,
    tokenUsage: { inputTokens: 1, outputTokens: 1, totalCents: 0.5 },
    chargedCents: raw(row.listAmount ?? row.amount),
    cursorTokenFee: 0.01,
  };
}

/** `POST /teams/spend`: the month is the cycle. */
export const spendRoute: Route = {
  path: /^\/cursor\/teams\/spend$/,
  method: 'POST',
  scope: 'usage',
  answer: (request) => {
    const start = startOfDay(startOfMonthOf(toDay(request.now)));
    const events = eventsOf(request, start.getTime(), request.now.getTime()).filter(({ row }) => !isIncluded(row));
    const spent = sum(events.map(({ row }) => parseDecimal(amountText(row.amount))));
    const member = { userId: 'user_1', email: 'a@example.com', name: 'A', role: 'member', fastPremiumRequests: 0 };
    return {
      status: 200,
      body: {
        teamMemberSpend: [{ ...member, spendCents: raw(formatDecimal(spent)) }],
        subscriptionCycleStart: start.getTime(),
        totalMembers: 1,
        totalPages: 1,
      },
    };
  },
};

/** `POST /organizations/pooled-usage` */
export const pooledRoute: Route = {
  path: /^\/cursor\/organizations\/pooled-usage$/,
  method: 'POST',
  scope: 'usage',
  answer: () => ({ status: 200, body: { pool: { limitCents: 0, usedCents: 0, remainingCents: 0 }, teams: [] } }),
};
