import type { WindowWrite } from '../../src/domain/collection.js';
import type { CostLine } from '../../src/domain/bucket.js';
import { addDays, daysOf, parseDay, startOfDay } from '../../src/domain/day.js';
import { add, parseDecimal } from '../../src/domain/decimal.js';
import { Secret } from '../../src/domain/secret.js';
import { startEmulator } from '../../src/emulator/emulator.js';
import { lazyWorld } from '../../src/emulator/generate.js';
import { providerOf } from '../../src/providers/registry.js';
import { createHttpClient } from '../../src/providers/http.js';
import { collectWindow } from '../../src/sync/collect.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';
import { registerOrganization } from '../helpers/organization.js';

const SINCE = parseDay('2026-01-01');
const DAYS = 31;
const SPAN = { since: SINCE, until: addDays(SINCE, DAYS - 1) };
/** Before any of the days is over: nothing of them is on record yet that a change would have to be noted against. */
const WHILE_OPEN = startOfDay(SINCE);
const CENT = parseDecimal('0.01');

/** Bills of one month, read from the emulator as a sync reads them: one window an organization, about `rows` in all. */
export async function readWindows(organizations: number, rows: number): Promise<WindowWrite[]> {
  const lineItems = 25;
  const projects = Math.ceil(rows / organizations / DAYS / lineItems);
  const ids = organizationIds(organizations);
  const world = lazyWorld({
    seed: 7,
    until: SPAN.until,
    days: DAYS,
    organizations: ids.map((id) => ({ provider: 'openai', id, projects, lineItems })),
  });
  const now = () => startOfDay(addDays(SPAN.until, 40));
  const emulator = await startEmulator({ world, now });
  const http = createHttpClient({ version: '0', tlsChecksOff: false, now });
  const provider = await providerOf('openai').connect({ http, baseUrl: new URL(emulator.baseUrl('openai')), now });
  try {
    const windows: WindowWrite[] = [];
    for (const id of ids) {
      const key = new Secret(emulator.organization(id).keys[0]?.secret ?? '');
      const call = { key, signal: new AbortController().signal, observe: () => undefined };
      windows.push(toWrite(id, (await collectWindow(provider.fetchCosts(call, SPAN), organizationOf(id), SPAN)).lines));
    }
    return windows;
  } finally {
    await http.close();
    await emulator.close();
  }
}

function organizationIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `org-${index + 1}`);
}

/** The organizations of any such windows, which their days hang on. */
export async function registerWindows(prisma: PrismaClient): Promise<void> {
  for (const id of organizationIds(20)) await registerOrganization(prisma, 'openai', id);
}

function organizationOf(id: string) {
  return {
    keyId: id,
    teamId: 'team-1',
    provider: 'openai' as const,
    organizationId: id,
    name: id,
    isActive: true,
    billSource: 'key' as const,
    source: 'env' as const,
    variable: null,
    lastFour: '0000',
    host: '127.0.0.1',
    expiresAt: null,
    lastUsedAt: null,
  };
}

function toWrite(organizationId: string, lines: CostLine[]): WindowWrite {
  return {
    provider: 'openai',
    organizationId,
    organizationName: organizationId,
    teamId: 'team-1',
    runId: 'run-1',
    lease: null,
    days: daysOf(SPAN),
    requestedAt: WHILE_OPEN,
    lines: lines.map(plain),
    projects: new Map(),
    acceptRestatement: false,
    forced: false,
  };
}

/** A line by itself: one of an answer shares what others say, too, which a copy of its own fields would lose. */
function plain(line: CostLine): CostLine {
  return {
    bucketStart: line.bucketStart,
    bucketEnd: line.bucketEnd,
    providerProjectId: line.providerProjectId,
    providerProjectName: line.providerProjectName,
    organizationId: line.organizationId,
    lineItem: line.lineItem,
    currency: line.currency,
    cost: line.cost,
    quantity: line.quantity,
    quantityUnit: line.quantityUnit,
    model: line.model,
    costType: line.costType,
    tokenType: line.tokenType,
    serviceTier: line.serviceTier,
    contextWindow: line.contextWindow,
    inferenceGeo: line.inferenceGeo,
  };
}

/** The same rows, each with a cent more. */
export function changed(windows: readonly WindowWrite[]): WindowWrite[] {
  return windows.map((window) => ({
    ...window,
    lines: window.lines.map((line) => ({ ...line, cost: add(line.cost, CENT) })),
  }));
}

/** As if it were read again long after its days were over. */
export function afterTheEnd(windows: readonly WindowWrite[], hours: number): WindowWrite[] {
  const requestedAt = new Date(startOfDay(addDays(SPAN.until, 35)).getTime() + hours * 3_600_000);
  return windows.map((window) => ({ ...window, requestedAt }));
}

export function countRows(windows: readonly WindowWrite[]): number {
  return windows.reduce((sum, { lines }) => sum + lines.length, 0);
}

/** The first rows of the first windows. */
export function firstRows(windows: readonly WindowWrite[], rows: number): WindowWrite[] {
  let left = rows;
  return windows.flatMap((window) => {
    const lines = window.lines.slice(0, left);
    left -= lines.length;
    return lines.length === 0 ? [] : [{ ...window, lines }];
  });
}
