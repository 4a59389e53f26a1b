import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, relative, resolve } from 'node:path';
import { CostsError } from './errors.js';
import { isLoopback } from './domain/host.js';
import { shell } from './domain/shell.js';
import type { ProviderId } from './domain/provider.js';
import { PROVIDERS } from './providers/list.js';
import { providerOf } from './providers/registry.js';

/** What the environment says, read once at the start. */
export interface Config {
  /** Null for the embedded store. */
  databaseUrl: string | null;
  /** Where the embedded store lives. @throws CostsError `usage` when neither COSTS_HOME nor a home folder is known */
  home(): string;
  team: string | null;
  /** A team token (a secret). */
  token: string | null;
  insecureStorage: boolean;
  /** By provider. */
  baseUrls: Readonly<Record<ProviderId, string>>;
  /** The only variables a stored key may name, or null for the built-in rules. */
  keyVariables: string[] | null;
  noColor: boolean;
  ci: boolean;
  /** TLS checks were switched off for the whole process: keys are not sent then. */
  tlsChecksOff: boolean;
  /** The value of any other variable, for keys kept outside the store. */
  variable(name: string): string | undefined;
  /** How this program was called, for commands that are to be pasted where it is not installed yet. */
  program: string;
}

/** Reads the environment. Values that only some commands need are checked by `checkBaseUrl` when those run. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env, script = process.argv[1] ?? ''): Config {
  const text = (name: string) => {
    const value = environment[name]?.trim();
    return value === undefined || value === '' ? null : value;
  };
  return {
    databaseUrl: text('COSTS_DATABASE_URL') ?? text('DATABASE_URL'),
    // The embedded store's socket has a path, and one that begins with a name would be that of a host.
    home: () => resolve(text('COSTS_HOME') ?? dataFolder(environment)),
    team: text('COSTS_TEAM'),
    token: text('COSTS_TOKEN'),
    insecureStorage: text('COSTS_INSECURE_STORAGE') === '1',
    baseUrls: Object.fromEntries(
      PROVIDERS.map(({ id, baseUrl, baseUrlVariable }) => [id, text(baseUrlVariable) ?? baseUrl]),
    ),
    keyVariables:
      text('COSTS_KEY_ENV')
        ?.split(',')
        .map((name) => name.trim()) ?? null,
    noColor: text('NO_COLOR') !== null || environment.TERM === 'dumb',
    ci: text('CI') !== null,
    tlsChecksOff: text('NODE_TLS_REJECT_UNAUTHORIZED') === '0',
    variable: (name) => environment[name],
    program: programOf(environment, script),
  };
}

/** `costs` once it is installed, and in a clone `node bin/costs.js`. */
function programOf({ INIT_CWD: folder = process.cwd(), PATH = '' }: NodeJS.ProcessEnv, script: string): string {
  const isInstalled = !script.endsWith('.js') || script.includes('node_modules');
  const isFound = isInstalled || PATH.split(delimiter).some((each) => existsSync(join(each, 'costs')));
  return isFound ? 'costs' : shell`node ${relative(folder, script)}`;
}

/** The platform's folder for data of programs. Asked when it is needed: a process may have no home folder. */
function dataFolder(environment: NodeJS.ProcessEnv): string {
  const home = homeFolder();
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'costs');
  if (process.platform === 'win32')
    return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'costs', 'Data');
  return join(environment.XDG_DATA_HOME || join(home, '.local', 'share'), 'costs');
}

/** Never the folder that somebody happens to be in: that is where an empty HOME leads. */
function homeFolder(): string {
  let cause: unknown;
  try {
    const home = homedir();
    if (isAbsolute(home)) return home;
  } catch (error) {
    cause = error;
  }
  throw new CostsError('usage', 'This user has no home folder, so there is no place for the embedded store.', {
    hint: 'Set COSTS_HOME to a folder of your own, or DATABASE_URL to a server.',
    cause,
  });
}

/**
 * A base URL that an admin key may be sent to: https, or http on a loopback address; no user information.
 * @throws CostsError `usage`
 */
export function checkBaseUrl(provider: ProviderId, { baseUrls }: Pick<Config, 'baseUrls'>): URL {
  const { name, baseUrl, baseUrlVariable: variable } = providerOf(provider);
  const hint = `Set ${variable} to an https address or to http on this machine, or unset it for ${baseUrl}.`;
  const text = baseUrls[provider] ?? baseUrl;
  if (!URL.canParse(text)) throw new CostsError('usage', `${variable} is not a URL.`, { hint });
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw new CostsError('usage', `${variable} carries user information.`, { hint });
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new CostsError(
    'usage',
    `${variable} (${url.protocol}//${url.host}) is neither https nor on this machine: ${name}'s admin key would travel in the clear.`,
    { hint },
  );
}
