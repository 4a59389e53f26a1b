import pg from 'pg';
import { CostsError } from '../errors.js';

/** A database URL, taken apart. `connection` holds the password; `label` never does. */
export interface DatabaseAddress {
  connection: pg.ClientConfig;
  /** For a server that has no TLS, where TLS was only preferred. */
  withoutTls: pg.ClientConfig | null;
  /** `host:port/database`, or the socket folder in place of host and port. */
  label: string;
  /** `host:port` for errors of the network. */
  server: string;
  database: string;
  user: string;
  /** From Prisma's `?schema=`; undefined for the default search path. */
  schema: string | undefined;
  /** From Prisma's `?connection_limit=`. */
  poolSize: number;
}

/** Enough for windows side by side; ten processes at once still fit into PostgreSQL's default of 100 connections. */
const DEFAULT_POOL_SIZE = 5;

/** What others see of our sessions in pg_stat_activity, unless the URL or PGAPPNAME names them. */
const SHOWN = { fallback_application_name: 'costs' };

const HINT = 'It looks like postgresql://user:password@host:5432/database. Unset it to use the embedded store.';

/**
 * Reads COSTS_DATABASE_URL or DATABASE_URL, with the parameters Prisma's users know. The text is never repeated in an
 * error: it holds a password.
 * @throws CostsError `usage`
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  if (hasBarePassword(text))
    throw new CostsError(
      'usage',
      'The password in the database URL has characters that must be percent-encoded there.',
      {
        hint: `Write / as %2F, # as %23, ? as %3F and % as %25, or let it be done: node -p "encodeURIComponent('PASSWORD')"`,
      },
    );
  if (/^\s*["']/.test(text))
    throw new CostsError('usage', 'The database URL is in quotes, which are part of it.', {
      hint: 'Leave them out; a shell takes them away, and a file of variables may not.',
    });
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    const protocol = url === null ? 'is not a URL' : `is a ${url.protocol.slice(0, -1)} URL`;
    throw new CostsError('usage', `The database URL ${protocol}; it must begin with postgresql://.`, { hint: HINT });
  }
  const { schema, limit, isTlsPreferred } = takePrismaParameters(url);
  const connection: pg.ClientConfig = { ...SHOWN, connectionString: url.href };
  url.searchParams.set('sslmode', 'disable');
  const withoutTls = isTlsPreferred ? { ...SHOWN, connectionString: url.href } : null;
  const { host, port, database, user } = describe(connection);
  const server = host.startsWith('/') ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { connection, withoutTls, label: `${server}/${database}`, server, database, user, schema, poolSize: limit };
}

/** Whether a password ends the part of the URL it stands in: what is left of it would be taken for a host, and shown. */
function hasBarePassword(text: string): boolean {
  const [, authority = '', rest = ''] = /^[a-z]+:\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  const [path = ''] = rest.split('?');
  const userinfo = authority.slice(0, Math.max(authority.lastIndexOf('@'), 0));
  return (
    path.includes('@') ||
    /[?&](?!(?:user|password|application_name)=)[^&]*@/.test(rest) ||
    /%(?![0-9a-f]{2})/i.test(userinfo)
  );
}

function takePrismaParameters(url: URL): { schema: string | undefined; limit: number; isTlsPreferred: boolean } {
  const { searchParams } = url;
  const schema = searchParams.get('schema') ?? undefined;
  const limit = Number(searchParams.get('connection_limit') ?? DEFAULT_POOL_SIZE);
  for (const name of ['schema', 'connection_limit', 'pool_timeout', 'connect_timeout', 'pgbouncer'])
    searchParams.delete(name);
  // The driver already checks certificates in these modes, and prints a warning that it may one day not.
  const mode = searchParams.get('sslmode') ?? '';
  if (['prefer', 'require', 'verify-ca'].includes(mode) && !searchParams.has('uselibpqcompat'))
    searchParams.set('sslmode', 'verify-full');
  return {
    schema,
    limit: Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_POOL_SIZE,
    isTlsPreferred: mode === 'prefer',
  };
}

/** What the driver makes of it, its defaults (PGHOST, PGPORT, …) included. */
function describe(connection: pg.ClientConfig): { host: string; port: number; database: string; user: string } {
  try {
    const { host, port, database, user } = new pg.Client(connection);
    return { host, port, database: database ?? user ?? '', user: user ?? '' };
  } catch (cause) {
    const reason = cause instanceof Error && 'path' in cause ? `: ${String(cause.path)} cannot be read` : '';
    throw new CostsError('usage', `The database URL cannot be used${reason}.`, { hint: HINT });
  }
}
