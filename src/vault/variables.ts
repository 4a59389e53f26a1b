import type { ProviderId } from '../domain/provider.js';
import type { Provider } from '../providers/define.js';
import { PROVIDERS } from '../providers/list.js';
import { providerOf } from '../providers/registry.js';
import { Secret } from '../domain/secret.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';

/** Names that hold other secrets. The store can be altered: it must not make us send one of them to a provider. */
// eslint-disable-next-line no-restricted-syntax -- what CI calls its own token and settings
const FORBIDDEN = ['COSTS_', 'DATABASE_', 'PG', 'NODE_', 'NPM_', 'AWS_', 'AZURE_', 'GOOGLE_', 'GITHUB_', 'CI_'];

export interface Environment {
  /** The only variables a stored key may name (`COSTS_KEY_ENV`), or null for the built-in rules. */
  keyVariables: string[] | null;
  variable(name: string): string | undefined;
}

/**
 * The admin key that a variable holds. No error shows anything of a refused value.
 * @throws CostsError `auth` when the variable may not be named, is not set, or holds no admin key of the provider.
 */
export function readVariable(environment: Environment, provider: ProviderId, name: string): Secret {
  const shown = cleanText(name).slice(0, 80);
  const value = valueOf(environment, name, shown);
  const { adminKeyPrefix, name: providerName } = providerOf(provider);
  if (value === undefined || value === '') {
    throw new CostsError('auth', `The variable ${shown} is not set; it should hold ${providerName}'s admin key.`, {
      hint: `Set ${shown} where costs runs, or name another with keys rotate --from-env.`,
    });
  }
  if (!isAdminKeyOf(provider, value)) {
    throw new CostsError(
      'auth',
      `The variable ${shown} does not hold an admin key of ${providerName} (they begin with ${adminKeyPrefix}); it was not sent.`,
      {
        hint: `Make one at ${providerOf(provider).keyPage}`,
      },
    );
  }
  return new Secret(value);
}

function valueOf(environment: Environment, name: string, shown: string): string | undefined {
  checkName(environment, name, shown);
  const value = environment.variable(name);
  return value === undefined ? undefined : bareKey(value);
}

/** Whose admin key a variable holds. @throws CostsError `auth` when it may not be named, `usage` when it holds no provider's */
export function providerInVariable(environment: Environment, name: string): ProviderId {
  const shown = cleanText(name).slice(0, 80);
  const value = valueOf(environment, name, shown) ?? '';
  if (value !== '') return providerOfText(value);
  throw new CostsError('auth', `The variable ${shown} is not set; it should hold an admin key.`, {
    hint: `Set ${shown} where costs runs, or name another.`,
  });
}

/** A key as it was copied, or kept by a file of variables: within a line's quotes, which no key has. */
function bareKey(text: string): string {
  const line = text.trim();
  return /^(["'])[^"']*\1$/.test(line) ? line.slice(1, -1).trim() : line;
}

/** Whose admin key a text is. @throws CostsError `usage` when it begins as no provider's, without any part of it */
export function providerOfText(text: string): ProviderId {
  const key = bareKey(text);
  const provider = providerOfKey(key);
  // Guessed wrong, a key would be sent to somebody it is not of.
  if (provider !== null && tellsNothing(key))
    throw new CostsError('usage', 'Keys of several kinds begin so: the key does not say whose it is.', {
      hint: 'Say it with --provider NAME: costs keys add --help',
    });
  if (provider !== null) return provider.id;
  const other = otherKeyOf(PROVIDERS, key);
  if (other !== null) throw readsNoBills(other.provider, other.kind);
  const begins = PROVIDERS.map(({ name, adminKeyPrefix }) => `${name}'s with ${adminKeyPrefix}`).join(', ');
  throw new CostsError('usage', `That is not an admin key of a provider that costs knows: they begin, ${begins}.`, {
    hint: 'costs keys add --help',
  });
}

/**
 * An admin key as it was typed or piped; a line break at its end belongs to the pipe.
 * @throws CostsError `usage` when it is empty, more than one line, or not of this provider's kind.
 */
export function parseKey(provider: ProviderId, text: string): Secret {
  const key = bareKey(text);
  const asked = providerOf(provider);
  const { adminKeyPrefix, name, keyPage } = asked;
  if (key === '') throw new CostsError('usage', 'The key is empty.');
  if (/\s/.test(key)) throw new CostsError('usage', 'The key is more than one line or has spaces in it.');
  if (isAdminKeyOf(provider, key)) return new Secret(key);
  const other = tellsNothing(key) ? null : providerOfKey(key);
  if (other !== null) {
    throw new CostsError('usage', `That is an admin key of ${other.name}, not of ${name}.`, {
      hint: `Use --provider ${other.id}`,
    });
  }
  const known = otherKeyOf([asked], key);
  if (known !== null) throw readsNoBills(asked, known.kind);
  throw new CostsError('usage', `That is no admin key of ${name}. Its admin keys begin with ${adminKeyPrefix}.`, {
    hint: `Make one at ${keyPage}`,
  });
}

/** What kind of key a text is that reads no bills, by its longest beginning, and whose; null where it is none. */
function otherKeyOf(providers: readonly Provider[], key: string): { provider: Provider; kind: string } | null {
  const fit = providers
    .flatMap((provider) => provider.otherKeys.map((other) => ({ provider, ...other })))
    .filter(({ prefix }) => key.startsWith(prefix));
  return fit.toSorted((a, b) => b.prefix.length - a.prefix.length)[0] ?? null;
}

function readsNoBills({ name, adminKeyPrefix, keyPage }: Provider, kind: string): CostsError {
  const text = `That is ${kind} of ${name}, which reads no bills. Its admin keys begin with ${adminKeyPrefix}.`;
  return new CostsError('usage', text, { hint: `Make one at ${keyPage}` });
}

function checkName({ keyVariables }: Environment, name: string, shown: string): void {
  const upper = name.toUpperCase();
  if (!/^[A-Z_][A-Z0-9_]*$/.test(upper))
    throw new CostsError('auth', `"${shown}" is not a valid name for an environment variable.`);
  if (keyVariables !== null) {
    if (keyVariables.includes(name)) return;
    throw new CostsError('auth', `The variable ${shown} is not in COSTS_KEY_ENV; it was not read.`, {
      hint: 'COSTS_KEY_ENV, where it is set, lists every variable that may hold an admin key.',
    });
  }
  if (FORBIDDEN.some((prefix) => upper.startsWith(prefix))) {
    throw new CostsError('auth', `The variable ${shown} is not for admin keys; it was not read.`, {
      hint: `Names that begin with ${FORBIDDEN.join(', ')} are never sent to a provider. Put the key into a variable of its own.`,
    });
  }
}

function isAdminKeyOf(provider: ProviderId, key: string): boolean {
  return providerOfKey(key)?.id === provider;
}

/** Whose admin key a text is by how it begins, the longest beginning first; null where nobody's is. */
export function providerOfKey(key: string): Provider | null {
  // A beginning that two providers share is an admin key of the one.
  return startsOf(key).find(({ provider }) => provider !== null)?.provider ?? null;
}

/** Whether keys that read no bills begin as this one does. */
function tellsNothing(key: string): boolean {
  return startsOf(key).some(({ provider }) => provider === null);
}

/** The longest beginnings that fit a key, and whose they are; null where such keys read no bills. */
function startsOf(key: string): { prefix: string; provider: Provider | null }[] {
  if (!/^[\x21-\x7e]+$/.test(key)) return [];
  const begins = PROVIDERS.flatMap((provider) => {
    const { adminKeyPrefix, moreKeyPrefixes = [], otherKeys } = provider;
    const admin = [adminKeyPrefix, ...moreKeyPrefixes].map((prefix) => ({ prefix, provider }));
    return [...admin, ...otherKeys.map(({ prefix }) => ({ prefix, provider: null }))];
  }).filter(({ prefix }) => key.startsWith(prefix) && key.length > prefix.length);
  const longest = begins.reduce((most, { prefix }) => Math.max(most, prefix.length), 0);
  return begins.filter(({ prefix }) => prefix.length === longest);
}
