import { CostsError } from '../errors.js';

/** What to do about any of them. */
export const NEEDED = 'Point DATABASE_URL at a PostgreSQL 13 or newer.';

/** Servers that speak PostgreSQL's protocol and lack what our writes rest on, by what they say of themselves. */
const UNSUPPORTED: [name: string, sign: RegExp, reason: string][] = [
  ['CockroachDB', /CockroachDB/i, 'its advisory locks hold nothing, so that two jobs would write at once'],
  ['YugabyteDB', /-YB-|Yugabyte/i, 'its changes of a schema are not part of a transaction'],
  [
    'Amazon Aurora DSQL',
    /\.dsql\.[a-z0-9-]+\.on\.aws/i,
    'it takes no more than 3,000 rows a transaction and has no foreign keys',
  ],
];

/** @throws CostsError `failed` when the text, a version or an address, is that of a server of the list */
export function requireKnownGood(text: string, server: string): void {
  const known = UNSUPPORTED.find(([, sign]) => sign.test(text));
  if (known === undefined) return;
  throw new CostsError('failed', `${server} is ${known[0]}, which costs cannot use: ${known[2]}.`, { hint: NEEDED });
}
