import type { Option } from 'commander';
import type { Context } from '../../context.js';
import { endOfDay, type Day } from '../../domain/day.js';
import type { KeyIdentity, ProviderId, WireEvent } from '../../domain/provider.js';
import { providerName, providerOf } from '../../providers/registry.js';
import type { Secret } from '../../domain/secret.js';
import { CostsError, type KeyProblem } from '../../errors.js';
import type { KeyInput } from '../../vault/vault.js';
import { option } from '../define.js';
import { dayOption, insecureStorageOption } from '../options.js';
import { agreeToFile } from '../password.js';
import { during } from '../../output/during.js';

/** What is wrong with a key that only another key mends. */
const OF_THE_KEY: readonly (KeyProblem | undefined)[] = ['refused', 'expired', 'wrong-kind'];

export interface KeySourceOptions {
  fromPath?: string;
  fromEnv?: string;
  keyStdin?: boolean;
  allowHost?: string;
  expires?: Day;
  insecureStorage?: boolean;
}

/** Where a key comes from and what it is bound to; `keys add` and `keys rotate` share these. */
export function keySourceOptions(): Option[] {
  return [
    option('--from-env <name>', 'the key stays outside the store, in this environment variable'),
    option('--from-path <folder>', 'the bill comes as FOCUS files in this folder, which need no key'),
    option('--key-stdin', 'read the key from standard input and keep it encrypted'),
    option(
      '--allow-host <host>',
      "bind the key to this host, with its port where the URL has one, instead of the provider's own",
    ),
    dayOption('--expires <day>', 'the last day the key works, where the provider does not say'),
    insecureStorageOption(),
  ];
}

/** Says, before anything is asked: where such a key is made, the least it needs, what is read, and where it is kept. */
export function explainKey(
  { output, config }: Context,
  provider: ProviderId,
  { fromEnv, expires }: KeySourceOptions,
): void {
  const { name, keyPage, leastScope, tellsKeyExpiry } = providerOf(provider);
  output.note(`${name} admin key. Make one at ${keyPage}`);
  output.note(`  Least scope  ${leastScope}`);
  output.note('  Read         cost reports, and the names of projects or workspaces');
  output.note('  Never read   prompts, completions, files, or other keys; nothing is ever changed at the provider');
  if (!tellsKeyExpiry && expires === undefined)
    output.note(`  Expires      ${name} does not tell; if the key has an end, say it with --expires DAY`);
  const store = config.databaseUrl === null ? 'the embedded store' : 'the database';
  output.note(
    fromEnv === undefined
      ? `  Kept         encrypted in ${store}; or outside it, with --from-env NAME`
      : `  Kept         in your variable ${fromEnv}; ${store} keeps the name and the last four characters`,
  );
}

/**
 * Gets the key and binds it to the host it may be sent to; nothing was sent yet.
 * @param piped what came from standard input, where it was read already
 * @throws CostsError `usage` when nothing says where the key is and nobody can be asked
 */
export async function readKey(
  context: Context,
  provider: ProviderId,
  options: KeySourceOptions,
  piped?: string,
): Promise<KeyInput & { key: Secret }> {
  const { keys } = await context.vault();
  if (options.fromEnv !== undefined && options.keyStdin === true) {
    throw new CostsError('usage', '--from-env and --key-stdin exclude one another.', {
      hint: 'Use --key-stdin to keep the key in the store.',
    });
  }
  const host = keys.hostFor(provider, options.allowHost ?? null);
  const expiresAt = options.expires === undefined ? null : endOfDay(options.expires);
  const variable = options.fromEnv ?? (await offeredVariable(context, provider, options));
  if (variable !== null) return { key: keys.fromVariable(provider, variable), variable, host, expiresAt };
  return { key: await askForKey(context, provider, options, piped), variable: null, host, expiresAt };
}

/** A person whose shell has the provider's usual variable is offered it. */
async function offeredVariable(
  { output, config }: Context,
  provider: ProviderId,
  { keyStdin }: KeySourceOptions,
): Promise<string | null> {
  const { keyVariable, name } = providerOf(provider);
  if (keyStdin === true || (config.variable(keyVariable) ?? '') === '') return null;
  if (!output.interactive) {
    throw new CostsError('usage', `Say where the admin key of ${name} is.`, {
      hint: `${keyVariable} is set: --from-env ${keyVariable}. Or --key-stdin.`,
    });
  }
  const taken = await output.prompt.confirm(`${keyVariable} is set. Use it, and leave the key there?`, {
    default: true,
  });
  return taken ? keyVariable : null;
}

async function askForKey(
  context: Context,
  provider: ProviderId,
  { keyStdin }: KeySourceOptions,
  piped?: string,
): Promise<Secret> {
  const { output } = context;
  const vault = await context.vault();
  if (keyStdin !== true && !output.interactive)
    throw new CostsError('usage', `Say where the admin key of ${providerName(provider)} is.`, {
      hint: 'Use --from-env NAME or --key-stdin.',
    });
  const parse = (text: string) => vault.keys.fromText(provider, text);
  if (keyStdin === true) return parse(piped ?? (await output.prompt.stdin()));
  // One that cannot be kept should not be typed first.
  await vault.requireDataKey(await context.team(), () => agreeToFile(context));
  return output.prompt.secret(`Admin key of ${providerName(provider)}`, parse);
}

/** Somebody is waiting: a provider that is down is not asked for the minute that a sync gives it. */
const PATIENCE_SECONDS = 12;

/** Asks the provider whose key this is. @param organizationId where somebody says it already @throws CostsError in the provider's own words; nothing was stored */
export async function identifyKey(
  context: Context,
  provider: ProviderId,
  key: Secret,
  organizationId?: string,
): Promise<KeyIdentity> {
  const { output, signal } = context;
  const { name, keyPage } = providerOf(provider);
  const adapter = await context.provider(provider);
  let trouble = '';
  let status = 0;
  const observe = (event: WireEvent) => {
    if (event.type === 'request') {
      output.trace(`${event.method} ${event.url} ${event.status} ${event.milliseconds} ms`);
      status = event.status;
    }
    if (event.type === 'retry') output.trace((trouble = `${event.reason}; again in ${event.waitMilliseconds} ms`));
  };
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_SECONDS * 1000)]);
    const call = { key, organizationId, signal: patience, observe };
    return await during(output, `Asking ${name} whose key this is`, () => adapter.identify(call));
  } catch (error) {
    // It is not registered, so that there is nothing to verify or to swap.
    if (error instanceof CostsError && OF_THE_KEY.includes(error.keyProblem))
      throw new CostsError(error.code, error.message, {
        hint: `Make one at ${keyPage}`,
        cause: error,
        keyProblem: error.keyProblem,
      });
    if (!(error instanceof CostsError) || error.code !== 'interrupted' || signal.aborted) throw error;
    throw new CostsError(
      'unreachable',
      `${name} gave no answer within ${PATIENCE_SECONDS} seconds${trouble === '' ? '' : ` (${trouble})`}; nothing was changed.`,
      {
        hint:
          status === 429
            ? 'Run the same command again later.'
            : 'Check the network and HTTPS_PROXY; the same command may work later.',
        keyProblem: status === 429 ? 'rate-limit' : undefined,
      },
    );
  }
}

/** What is worth saying of a key that works. */
export function noteIdentity(
  { output }: Context,
  provider: ProviderId,
  { canListProjects, warnings }: KeyIdentity,
): void {
  const { projectWord } = providerOf(provider);
  if (!canListProjects)
    output.note(
      `This key may not list ${projectWord}s: costs are collected all the same, and ${projectWord}s carry their ids.`,
    );
  for (const warning of warnings) output.note(warning);
}
