import type { IncomingHttpHeaders } from 'node:http';
import type { ApiAnswer, EmulatedProvider } from './api.js';
import type { World, WorldKey, WorldOrganization } from './world.js';

/** Whose request it is, or the answer that refuses it. */
export type Admission = { organization: WorldOrganization; key: WorldKey } | { refusal: ApiAnswer };

/** Finds the organization by its key, as the provider does: nothing else in a request says whose it is. */
export function admit(dialect: EmulatedProvider, world: World, headers: IncomingHttpHeaders, now: Date): Admission {
  const secret = dialect.readKey(headers);
  if (typeof secret !== 'string') return { refusal: secret };
  for (const organization of world.organizations) {
    if (organization.provider !== dialect.provider) continue;
    const key = organization.keys.find((each) => each.secret === secret);
    if (key !== undefined) return isValid(key, now) ? { organization, key } : { refusal: dialect.invalidKey() };
  }
  return { refusal: dialect.invalidKey() };
}

function isValid({ revoked, expiresAt }: WorldKey, now: Date): boolean {
  return !revoked && (expiresAt === null || expiresAt.getTime() > now.getTime());
}

/** Text without any admin key of the world. */
export function maskKeys(text: string, world: World): string {
  const secrets = world.organizations.flatMap(({ keys }) => keys.map(({ secret }) => secret));
  return secrets.reduce(
    (masked, secret) => masked.replaceAll(secret, '[key]').replaceAll(encodeURIComponent(secret), '[key]'),
    text,
  );
}
