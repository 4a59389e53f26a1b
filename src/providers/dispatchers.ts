import { Agent, EnvHttpProxyAgent, errors, Pool, type buildConnector, type Dispatcher } from 'undici';
import type { Duplex } from 'node:stream';
import { isLoopback } from '../domain/host.js';
import { codeOf, CostsError } from '../errors.js';

const CONNECT = { timeout: 15_000 };

/** It is the proxy that could not be reached, or did not answer. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code: string;

  constructor(
    readonly host: string,
    cause: unknown,
  ) {
    super(`The proxy ${host} failed`, { cause });
    // Undici sends a request again, without an end, after a SocketError: it takes it for one of its own connection.
    this.code = cause instanceof errors.SocketError ? 'ECONNRESET' : codeOf(cause);
  }
}

/** The ways to the network. */
export interface Dispatchers {
  /** @throws CostsError `usage` when the proxy for this address is itself no address. */
  for(url: URL): Dispatcher;
  close(): Promise<void>;
}

export interface WaysOptions {
  /** For tests: the way to every address; it is not closed here. */
  dispatcher?: Dispatcher;
  /** Reaches what stands for this machine inside this process: a sandbox may have no loopback interface. */
  connect?: () => Duplex;
}

/** Opens connections when they are needed. */
export function createDispatchers({ dispatcher: given, connect }: WaysOptions = {}): Dispatchers {
  const opened: Dispatcher[] = [];
  const keep = <T extends Dispatcher>(dispatcher: T): T => {
    opened.push(dispatcher);
    return dispatcher;
  };
  let direct: Dispatcher | undefined;
  let proxied: Dispatcher | undefined;
  return {
    for(url) {
      if (given !== undefined) return given;
      // Whatever the environment says of proxies, over https too, a request to this machine never leaves it.
      if (isLoopback(url.hostname))
        return (direct ??= keep(new Agent({ connect: connect ? within(connect) : CONNECT })));
      return (proxied ??= keep(openProxied()));
    },
    close: async () => {
      await Promise.all(opened.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function within(connect: () => Duplex): buildConnector.connector {
  // Undici forgets a connection that is there before this has returned. It says Socket, and takes every stream.
  return (_asked, callback) => queueMicrotask(() => callback(...([null, connect()] as Parameters<typeof callback>)));
}

function openProxied(): Dispatcher {
  try {
    return new EnvHttpProxyAgent({ connect: CONNECT, clientFactory: openTunnels });
  } catch {
    // The cause is left out: it holds the address, and with it the proxy's password.
    throw new CostsError('usage', 'HTTPS_PROXY or HTTP_PROXY is not a URL; nothing was sent.', {
      hint: 'Write it as http://HOST:PORT, or unset it.',
    });
  }
}

/** The connections to a proxy. By itself undici waits five minutes for one that is silent. */
function openTunnels(proxy: URL, options: object): Dispatcher {
  const pool = new Pool(proxy, { ...options, headersTimeout: CONNECT.timeout });
  const connect = pool.connect.bind(pool);
  pool.connect = (asked: Dispatcher.ConnectOptions) =>
    connect(asked).catch((error: unknown) => {
      throw new ProxyError(proxy.host, error);
    });
  return pool;
}
