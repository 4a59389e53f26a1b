import { z } from 'zod';
import { toDay, type Day } from '../../domain/day.js';
import { sum, type Decimal } from '../../domain/decimal.js';
import {
  amountAt,
  integer,
  numberText,
  optionalText,
  parseShape,
  readInstant,
  text,
  type DriftWatch,
} from '../shapes.js';

const WHO = 'Cursor';
/** Amounts are cents, with fractions. */
const CENTS_TO_DOLLARS = -2;
/** Kinds that are charged to nobody, or, with a key of one's own, by its provider: events of them have been seen as chargeable. */
const NOT_CHARGED = /included|not[ _]charged|free|user[ _]api[ _]key/i;

export interface CursorEvent {
  day: Day;
  team: string | null;
  model: string | null;
  kind: string | null;
  /** In dollars: what it is worth. */
  worth: Decimal;
  /** Whether Cursor bills it: not what the plan includes, nor what is on the bill of somebody else. */
  isCharged: boolean;
}

export interface EventPage {
  /** Of all pages. */
  count: number;
  hasMore: boolean;
  events: CursorEvent[];
}

const id = z.union([text, integer.transform(String)], 'not an id');
const event = z.object({
  // Epoch milliseconds, as a number or a text; an instant has been seen as well.
  timestamp: numberText,
  model: optionalText,
  kind: optionalText,
  teamId: id.nullish(),
  isChargeable: z.boolean(),
  chargedCents: numberText.nullish(),
});
const page = z.object({
  totalUsageEventsCount: integer,
  pagination: z.object({ hasNextPage: z.boolean() }),
  usageEvents: z.array(z.unknown()),
});

const PAGE_FIELDS = new Set(['totalUsageEventsCount', 'pagination', 'usageEvents', 'period']);
const EVENT_FIELDS = new Set([
  ...['timestamp', 'userEmail', 'userId', 'conversationId', 'model', 'kind', 'maxMode', 'requestsCosts', 'teamId'],
  ...['isTokenBasedCall', 'isChargeable', 'isHeadless', 'tokenUsage', 'chargedCents', 'cursorTokenFee', 'hostingType'],
  ...['serviceAccountId', 'serviceAccountName', 'cloudAgentId', 'automationId'],
]);

/** A page of events. @throws CostsError `contract` */
export function parseEvents(document: unknown, drift: DriftWatch): EventPage {
  const { totalUsageEventsCount, pagination, usageEvents } = parseShape(WHO, page, document);
  drift.fields('', document, PAGE_FIELDS);
  const events = usageEvents.map((row, index) => {
    const path = `usageEvents[${index}]`;
    drift.fields('usageEvents[]', row, EVENT_FIELDS);
    const { timestamp, model, kind, teamId, isChargeable, chargedCents } = parseShape(WHO, event, row, path);
    const isCharged = isChargeable && !NOT_CHARGED.test(kind ?? '');
    return {
      day: toDay(instantOf(timestamp, path)),
      team: teamId ?? null,
      model,
      kind,
      // Without it an event that is charged has no amount, and one that is not has no worth.
      worth: amountAt(`${path}.chargedCents`, chargedCents ?? (isCharged ? 'missing' : '0'), CENTS_TO_DOLLARS),
      isCharged,
    };
  });
  return { count: totalUsageEventsCount, hasMore: pagination.hasNextPage, events };
}

function instantOf(timestamp: string, path: string): Date {
  const instant = /^\d+$/.test(timestamp) ? new Date(Number(timestamp)) : readInstant(timestamp);
  return parseShape(WHO, z.date(), instant, `${path}.timestamp`);
}

const spend = z.object({
  teamMemberSpend: z.array(z.object({ spendCents: numberText.nullish() })),
  subscriptionCycleStart: numberText,
  totalPages: integer.nullish(),
});

export interface SpendPage {
  cycleStart: Date;
  /** Charged on demand to the members of the page, in dollars. */
  charged: Decimal;
  pages: number;
}

/** `POST /teams/spend` */
export function parseSpend(document: unknown): SpendPage {
  const { teamMemberSpend, subscriptionCycleStart, totalPages } = parseShape(WHO, spend, document);
  const amounts = teamMemberSpend.map(({ spendCents }, index) =>
    amountAt(`teamMemberSpend[${index}].spendCents`, spendCents ?? '0', CENTS_TO_DOLLARS),
  );
  return {
    cycleStart: instantOf(subscriptionCycleStart, ''),
    charged: sum(amounts),
    pages: totalPages ?? 1,
  };
}

/** Cursor says `{ error, message }`, or the former alone. */
export function readRefusal(document: unknown): string | null {
  const parsed = z.object({ error: text.optional(), message: text.optional() }).safeParse(document);
  return parsed.success ? (parsed.data.message ?? parsed.data.error ?? null) : null;
}
