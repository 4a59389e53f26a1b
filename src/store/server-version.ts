import { CostsError } from '../errors.js';
import { NEEDED, requireKnownGood } from './unsupported-servers.js';

/** What a server says it is. */
export interface ServerIdentity {
  /** Of `version()`. */
  version: string;
  /** Of `server_version_num`. */
  number: string;
  /** Whether tables may be spread over Citus shards. */
  citus: boolean;
  encoding: string;
  /** Whether its sessions are as those that replay another server's changes. */
  replays: boolean;
}

/** The oldest PostgreSQL whose features the migrations and statements use. */
const OLDEST_VERSION = 13;

/** @throws CostsError `failed` that says why this server cannot hold the rows; nothing was written */
export function requireSupported(
  { version, number, citus, encoding, replays }: ServerIdentity,
  server: string,
  label: string,
): void {
  const refuse = (message: string, hint = NEEDED) => {
    throw new CostsError('failed', message, { hint });
  };
  requireKnownGood(version, server);
  if (citus) refuse(`${label} has the Citus extension, which costs cannot use: a unique key over shards is not kept.`);
  if (!version.startsWith('PostgreSQL'))
    refuse(`${server} is not PostgreSQL: it says it is ${version.split(' on ')[0] ?? version}.`);
  const major = Math.floor(Number(number) / 10_000);
  if (major < OLDEST_VERSION)
    refuse(
      `${server} runs PostgreSQL ${major}; costs needs ${OLDEST_VERSION} or newer.`,
      'Upgrade the server, or use another database.',
    );
  if (encoding !== 'UTF8')
    refuse(
      `${label} has the encoding ${encoding}, which cannot hold every name that a provider uses.`,
      `Make a database with UTF8: createdb --encoding=UTF8 --template=template0 costs`,
    );
  if (replays)
    refuse(
      `${label} is used under session_replication_role = replica, where foreign keys and triggers do nothing.`,
      'Take the setting from the role, the database or the server: ALTER ROLE … RESET session_replication_role',
    );
}
