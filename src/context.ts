import type { Duplex } from 'node:stream';
import type { FocusFiles, FocusRequest } from './domain/focus-import.js';
import type { CostProvider } from './domain/cost-provider.js';
import { checkBaseUrl, type Config } from './config.js';
import type { ProviderId } from './domain/provider.js';
import type { Organization } from './domain/collection.js';
import type { Secret } from './domain/secret.js';
import { shell } from './domain/shell.js';
import { cleanText } from './domain/text.js';
import type { Team } from './domain/team.js';
import type { Channel } from './notify/channel.js';
import type { Message } from './notify/message.js';
import { CostsError } from './errors.js';
import { createOutput } from './output/create.js';
import { hintElsewhere } from './output/hint.js';
import type { Output } from './output/output.js';
import type { HttpClient } from './providers/http.js';
import { billReportOf, providerOf, requireAsked } from './providers/registry.js';
import type { Database, OpenOptions } from './store/database.js';
import type { EmbeddedStore } from './store/embedded-store.js';
import type { Store } from './store/store.js';
import type { Vault } from './vault/vault.js';
import { once } from './domain/once.js';

/** Options every command takes. */
export interface GlobalOptions {
  json?: boolean;
  team?: string;
  quiet?: boolean;
  verbose?: boolean;
  /** False with --no-input. */
  input?: boolean;
  /** False with --no-color. */
  color?: boolean;
  /** A store that another process uses is an error at once. */
  neverWaits?: boolean;
  /** An embedded store is made where there is none; else that is an error. */
  makesStore?: boolean;
  /** Seconds one request to a provider may take. */
  requestTimeout?: number;
  /** Seconds a provider that stays down is asked again. */
  retryFor?: number;
}

/** Everything a command works with. Nothing is opened until it is asked for, and nothing is opened twice. */
export interface Context {
  readonly version: string;
  /** What was typed. */
  readonly argv: readonly string[];
  readonly config: Config;
  readonly output: Output;
  /** Fires on the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** This machine's clock, for how long things take. */
  now(): Date;
  /** The database's clock, which alone chooses days; asked for once, with its schema, and on a server alone. @throws CostsError `schema` as `store` */
  clock(): Promise<Date>;
  /** The database, whatever its schema; for `db` commands, `doctor` and `init`. */
  database(): Promise<Database>;
  /** The embedded store as a whole, also while DATABASE_URL points elsewhere; opens nothing. */
  embedded(): Promise<EmbeddedStore>;
  /** SQL that grants three roles of the database what they need; opens nothing. */
  grants(schema: string | undefined): Promise<string>;
  /** Opens the embedded store and its vault for as long as the work takes, also while DATABASE_URL points elsewhere. */
  withEmbeddedVault<T>(work: (vault: Vault, store: Store) => Promise<T>): Promise<T>;
  /** Whether there is a store to open: DATABASE_URL is set, or an embedded one was created before. */
  hasStore(): Promise<boolean>;
  /** The store, on a schema that is current. @throws CostsError `schema` otherwise, naming the command that mends it. */
  store(): Promise<Store>;
  vault(): Promise<Vault>;
  provider(id: ProviderId): Promise<CostProvider>;
  /** The report that an organization's bill is read from in place of the bill, by its name; null for the bill itself. Asks nobody. */
  billReportOf(organization: { provider: ProviderId; billSource: string | null }): string | null;
  /** The team that --team or COSTS_TEAM names, or the only one there is. */
  team(): Promise<Team>;
  /** What FOCUS files say. @throws CostsError */
  focusFiles(request: FocusRequest): Promise<FocusFiles>;
  /** A webhook, by the variable that holds its address. @throws CostsError `usage` */
  channel(name: string): Promise<Channel>;
  /** @throws CostsError `unreachable` when a message could not be sent */
  sendMessage(channel: Channel, message: Message): Promise<void>;
  /** The folder that an organization's files are read from. */
  folder(organization: Organization): Promise<string>;
  /** The admin key of an organization, from the vault or from the variable it names. */
  adminKey(organization: Organization): Promise<Secret>;
}

/** How long a question to a provider is asked again while somebody waits for it, such as by `keys verify`; syncing is more patient. */
const QUESTION_RETRY_SECONDS = 8;
/** … and by a run, unless it is told otherwise. */
export const RUN_RETRY_SECONDS = 60;

/** Makes the context of one command from its options; commands are given this. */
export type OpenContext = (options: GlobalOptions) => Context;

export interface Runtime {
  readonly version: string;
  open: OpenContext;
  /** The output of the open context, or one made of the bare arguments for what fails before. */
  output(): Output;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  version: string;
  config: Config;
  signal: AbortSignal;
  argv: readonly string[];
  /** Another output than the terminal, for a command that runs others. */
  makeOutput?: (options: GlobalOptions) => Output;
  /** Reaches providers that are played inside this process. */
  connect?: () => Duplex;
}

/** The one place that knows all adapters. */
export function createRuntime({ version, config, signal, argv, connect, ...options }: RuntimeOptions): Runtime {
  const closers: (() => Promise<void>)[] = [];
  let current: Output | undefined;
  const makeOutput =
    options.makeOutput ??
    ((given: GlobalOptions) => {
      const { noColor, ci, program } = config;
      return createOutput({ ...given, noColor, ci, program, signal });
    });
  return {
    version,
    open(options) {
      const output = (current = makeOutput(options));
      const onClose = (close: () => Promise<void>) => closers.push(close);
      return createContext({ version, argv, config, signal, output, options, connect, onClose });
    },
    output: () => (current ??= makeOutput(readGlobalOptions(argv))),
    async close() {
      current?.prompt.release();
      for (const close of closers.reverse()) await close();
    },
  };
}

/** The global options among arguments that Commander has not understood. */
export function readGlobalOptions(argv: readonly string[]): GlobalOptions {
  const team = argv[argv.indexOf('--team') + 1];
  return {
    ...(argv.includes('--team') && team !== undefined ? { team } : {}),
    json: argv.includes('--json'),
    quiet: argv.includes('--quiet'),
    verbose: argv.includes('--verbose'),
    input: !argv.includes('--no-input'),
    color: !argv.includes('--no-color'),
  };
}

interface ContextParts {
  version: string;
  argv: readonly string[];
  config: Config;
  signal: AbortSignal;
  output: Output;
  options: GlobalOptions;
  connect: (() => Duplex) | undefined;
  onClose: (close: () => Promise<void>) => void;
}

function createContext({ version, argv, config, signal, output, options, connect, onClose }: ContextParts): Context {
  const now = () => new Date();
  const target =
    config.databaseUrl === null
      ? ({ kind: 'embedded', home: config.home() } as const)
      : ({ kind: 'postgresql', url: config.databaseUrl } as const);
  const openOptions: OpenOptions = {
    signal,
    onWait: ({ pid, command, host, claim }) => {
      if (options.neverWaits === true) throw new CostsError('conflict', 'The embedded store is in use.');
      const where = claim === null ? '' : ` on ${cleanText(host)}, another machine or container`;
      output.note(`The embedded store is in use by process ${pid}${where} (${command}); waiting for it.`);
      if (claim !== null) output.note(shell`If that one is gone, take the store over → rm ${claim}`);
    },
    onCreate: () => output.note(`Creating the embedded store in ${config.home()} …`),
    onMoved: (label) => output.note(`This store was copied to ${label}; set DATABASE_URL to go on there.`),
    onLocked: (line) => output.note(line),
  };
  const embedded = async () =>
    (await import('./store/embedded-store.js')).createEmbeddedStore(config.home(), openOptions);
  const database = once(async () => {
    const { openDatabase, storeExists } = await import('./store/open.js');
    if (options.makesStore !== true && !storeExists(target))
      throw new CostsError('schema', `There is no store in ${config.home()} yet.`, {
        hint: 'Set COSTS_HOME or DATABASE_URL to where it is, or make one: costs init',
      });
    const opened = await openDatabase(target, openOptions);
    onClose(() => opened.close());
    return opened;
  });
  const current = once(async () => {
    const opened = await database();
    return { opened, clock: await opened.migrations.requireCurrent() };
  });
  const store = once(async () => {
    // Loaded while the database is asked, which would otherwise only be waited for.
    const [{ opened }, { createStore }] = await Promise.all([current(), import('./store/store.js')]);
    return createStore(opened);
  });
  const http = once(async (): Promise<HttpClient> => {
    const { createHttpClient } = await import('./providers/http.js');
    const client = createHttpClient({
      version,
      tlsChecksOff: config.tlsChecksOff,
      now,
      ...(options.requestTimeout === undefined ? {} : { requestTimeoutMs: options.requestTimeout * 1000 }),
      ...(connect === undefined ? {} : { connect }),
      giveUpAfterMs: (options.retryFor ?? QUESTION_RETRY_SECONDS) * 1000,
    });
    onClose(() => client.close());
    return client;
  });
  const dispatchers = once(async () => {
    const { createDispatchers } = await import('./providers/dispatchers.js');
    const opened = createDispatchers();
    onClose(() => opened.close());
    return opened;
  });
  const vault = once(async () => {
    const { openVault } = await import('./vault/open.js');
    const opened = openVault({ config, store, output });
    onClose(() => opened.close());
    return opened;
  });
  return {
    version,
    argv,
    config,
    output,
    signal,
    now,
    database,
    embedded,
    grants: async (schema) => {
      const { parseDatabaseUrl } = await import('./store/address.js');
      const named = config.databaseUrl === null ? undefined : parseDatabaseUrl(config.databaseUrl).schema;
      return (await import('./store/grants.js')).grantsSql(schema ?? named ?? 'public');
    },
    async withEmbeddedVault(work) {
      const { openVault } = await import('./vault/open.js');
      return (await embedded()).use((opened) =>
        work(openVault({ config, store: () => Promise.resolve(opened), output }), opened),
      );
    },
    hasStore: async () => (await import('./store/open.js')).storeExists(target),
    store,
    // The embedded database has this machine's: a day in the future is refused before a store is made for it.
    clock: async () => (target.kind === 'embedded' ? now() : (await current()).clock()),
    vault,
    async provider(id) {
      requireAsked(id);
      return providerOf(id).connect({ http: await http(), baseUrl: checkBaseUrl(id, config), now });
    },
    billReportOf,
    focusFiles: async (request) => (await import('./imports/read.js')).readFocusFiles(request, signal),
    channel: async (name) =>
      (await import('./notify/channel.js')).openChannel(name, config.variable(name), config.tlsChecksOff),
    async sendMessage(channel, message) {
      const [{ sendMessage }, { whyNoConnection }, ways] = await Promise.all([
        import('./notify/send.js'),
        import('./providers/answers.js'),
        dispatchers(),
      ]);
      const { mask } = output;
      const tell = (hint: string) => hintElsewhere(hint, options.team ?? config.team);
      const dispatcher = (url: URL) => ways.for(url);
      await sendMessage(channel, message, { version, dispatcher, signal, mask, tell, whyNoConnection });
    },
    team: once(async () => (await store()).teams.choose(options.team ?? config.team)),
    folder: async (organization) => (await vault()).folder(organization),
    adminKey: async (organization) => (await vault()).adminKey(organization),
  };
}
