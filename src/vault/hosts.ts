import { isLoopback } from '../domain/host.js';
import type { ProviderId } from '../domain/provider.js';
import { providerName, providerOf, requireAsked } from '../providers/registry.js';
import { shell } from '../domain/shell.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';

/** What a key that may go to this machine, on any port, is bound to. */
export const LOOPBACK = 'loopback';

export interface Destination {
  provider: ProviderId;
  /** From the environment or the provider's own; never from the store. */
  baseUrl: string;
  /** `NODE_TLS_REJECT_UNAUTHORIZED=0`: anybody on the way could read the key. */
  tlsChecksOff: boolean;
}

/** Where keys of a provider are sent. @throws CostsError `failed` for a provider that this version does not know */
export function destinationOf(
  { baseUrls, tlsChecksOff }: { baseUrls: Readonly<Record<ProviderId, string>>; tlsChecksOff: boolean },
  provider: ProviderId,
): Destination {
  requireAsked(provider);
  return { provider, baseUrl: baseUrls[provider] ?? providerOf(provider).baseUrl, tlsChecksOff };
}

/**
 * The host a new key is bound to, which is where it is about to be checked: the provider's own, this machine, or the one
 * that was allowed by name.
 * @throws CostsError `usage` when the base URL leads anywhere else.
 */
export function hostOfNewKey(destination: Destination, allowed: string | null): string {
  const found = hostOf(destination);
  const own = new URL(providerOf(destination.provider).baseUrl).host;
  if (allowed !== null && !isSame(allowed, found)) {
    throw new CostsError(
      'usage',
      `--allow-host ${cleanText(allowed)} is not where ${variableOf(destination.provider)} leads: that is ${found}.`,
    );
  }
  if (allowed !== null || found === own || found === LOOPBACK) return found;
  throw new CostsError(
    'usage',
    `${variableOf(destination.provider)} leads to ${found}, which is not ${providerName(destination.provider)}'s own ${own}.`,
    {
      hint: `If that host may have the key, add --allow-host ${found}.`,
    },
  );
}

/** A key that may go to this machine may go to any port of it, whatever the machine is called. */
function isSame(allowed: string, found: string): boolean {
  if (allowed.toLowerCase() === found) return true;
  const url = `http://${allowed}`;
  return found === LOOPBACK && URL.canParse(url) && isLoopback(new URL(url).hostname);
}

/** @throws CostsError `auth` when a key bound to `host` would now be sent to another. */
export function checkHost(
  destination: Destination,
  { host, name, organizationId }: { host: string; name: string; organizationId: string },
): void {
  const found = hostOf(destination);
  if (found === host) return;
  const { name: company, baseUrl, baseUrlVariable: variable } = providerOf(destination.provider);
  const may = `The key of ${name} may only be sent to ${cleanText(host)}`;
  // Mostly a job that lacks the variable. A gateway's key is not to go to the provider, so another one is asked for.
  if (found === hostOf({ ...destination, baseUrl }))
    throw new CostsError('auth', `${may}; nothing was sent to ${found}, as ${variable} does not lead elsewhere.`, {
      hint: `Set ${variable} as it was when the key was registered. For another key, of ${company} itself: ${shell`costs keys rotate ${organizationId}`}`,
    });
  throw new CostsError('auth', `${may}, and ${variable} leads to ${found}; nothing was sent.`, {
    hint: `Unset ${variable}. To give that host a key: ${shell`costs keys rotate --allow-host ${found} ${organizationId}`}`,
  });
}

function hostOf({ provider, baseUrl, tlsChecksOff }: Destination): string {
  const variable = variableOf(provider);
  if (tlsChecksOff) {
    throw new CostsError(
      'auth',
      'TLS checks are switched off (NODE_TLS_REJECT_UNAUTHORIZED=0): no admin key is sent.',
      {
        hint: 'Unset it. For a proxy with its own certificate set NODE_EXTRA_CA_CERTS instead.',
      },
    );
  }
  if (!URL.canParse(baseUrl)) throw new CostsError('usage', `${variable} is not a URL.`);
  const { protocol, host, hostname, username, password } = new URL(baseUrl);
  if (username !== '' || password !== '') {
    throw new CostsError('usage', `${variable} carries user information; nothing was sent.`, {
      hint: 'Remove what stands before the "@".',
    });
  }
  if (isLoopback(hostname)) return LOOPBACK;
  if (protocol === 'https:') return host;
  throw new CostsError('usage', `${variable} leads to ${host} without https; nothing was sent.`);
}

function variableOf(provider: ProviderId): string {
  return providerOf(provider).baseUrlVariable;
}
