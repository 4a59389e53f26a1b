import { once, setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import type { ProviderId } from '../domain/provider.js';
import { CostsError } from '../errors.js';
import { exchange, type Shared } from './exchange.js';
import { createFaultRules } from './fault-rules.js';
import type { Fault, FaultMatch, FaultRule } from './faults.js';
import { emulated } from './list.js';
import { NO_QUIRKS, type Quirks } from './quirks.js';
import { createHourlyQuota, createRateLimiter } from './rate-limiter.js';
import type { RequestRecord } from './request-record.js';
import type { World, WorldOrganization } from './world.js';

export interface EmulatorOptions {
  world: World;
  /** The providers' clock: which day is today. */
  now: () => Date;
  /** 0, the default, is any free port. Null listens on none: a sandbox may have no loopback interface. */
  port?: number | null;
  /** Where faults with a probability are drawn from, default 1. */
  seed?: number;
  quirks?: Partial<Quirks>;
}

/** A running local server that speaks the providers' contracts. */
export interface Emulator {
  /** The base URL of a provider. @throws CostsError `usage` for one that is not emulated. */
  baseUrl(provider: ProviderId): string;
  /** Opens a connection inside this process. */
  connect(): Duplex;
  /** Every request, oldest first. */
  readonly requests: RequestRecord[];
  /** What the providers know; may be changed between requests. */
  readonly world: World;
  /** May be changed between requests. */
  readonly quirks: Quirks;
  /** The organization with this id. @throws CostsError `usage` where there is none. */
  organization(id: string): WorldOrganization;
  /** A copy of the world as it is now, for comparing and for `stale` answers. */
  snapshot(): World;
  /** The next `count` requests (default 1) that match meet the fault. */
  failNext(fault: Fault, count?: number, match?: FaultMatch): void;
  /** Adds a rule; the oldest rule that takes a request wins. The function returned removes it. */
  addFault(rule: FaultRule): () => void;
  clearFaults(): void;
  /** Ends all connections, stalled ones too. */
  close(): Promise<void>;
}

/** Starts an emulator, on a loopback port unless it is told otherwise. @throws CostsError `failed` when the port is taken. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { world, now, port = 0, seed = 1 } = options;
  const closing = new AbortController();
  // Every answer that is late waits for it.
  setMaxListeners(0, closing.signal);
  const shared: Shared = {
    world,
    now,
    quirks: { ...NO_QUIRKS, ...options.quirks },
    rules: createFaultRules(seed),
    limiter: createRateLimiter(),
    hourly: createHourlyQuota(),
    requests: [],
    issuedCursors: new Set(),
    signal: closing.signal,
  };
  const server = createServer((request, response) => {
    exchange(shared, request, response).catch((error: unknown) => {
      // A broken emulator must not look like a provider's fault that is retried in silence.
      if (!closing.signal.aborted) response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
      else response.destroy();
    });
  });
  const url = port === null ? 'http://localhost' : await listen(server, port);
  return {
    baseUrl: (provider) => `${url}${emulated(provider).basePath}`,
    connect: () => {
      const [ours, theirs] = duplexPair();
      server.emit('connection', theirs);
      return ours;
    },
    requests: shared.requests,
    world,
    quirks: shared.quirks,
    organization: (id) => organizationOf(world, id),
    snapshot: () => structuredClone(world),
    failNext: (fault, count = 1, match = {}) => void shared.rules.add({ fault, count, match }),
    addFault: (rule) => shared.rules.add(rule),
    clearFaults: () => shared.rules.clear(),
    close: async () => {
      closing.abort();
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new CostsError('failed', `The emulator could not listen on 127.0.0.1:${port}.`, {
      hint: 'Choose another port; 0 takes any free one.',
      cause,
    });
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function organizationOf({ organizations }: World, id: string): WorldOrganization {
  const organization = organizations.find((each) => each.id === id);
  if (organization === undefined) throw new CostsError('usage', `The emulated world has no organization "${id}".`);
  return organization;
}
