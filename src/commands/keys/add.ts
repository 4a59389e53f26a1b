import type { Context } from '../../context.js';
import type { KeyRow } from '../../domain/access.js';
import { LINK_POLICIES, type LinkPolicy } from '../../domain/organization.js';
import type { KeyIdentity, ProviderId } from '../../domain/provider.js';
import { PROVIDER_IDS, providerName, providerOf } from '../../providers/registry.js';
import { cleanName, cleanText } from '../../domain/text.js';
import { CostsError } from '../../errors.js';
import { renderKeyChange, type KeyChange } from '../../output/keys.js';
import { defineCommand, option, asItIs } from '../define.js';
import { refuseFiled } from '../file-provider.js';
import { providerOption } from '../options.js';
import { findAccount, folderInput } from './folder.js';
import { scopeOf, scopeOptions, type ScopeOptions } from '../scope-options.js';
import { explainKey, identifyKey, keySourceOptions, noteIdentity, readKey, type KeySourceOptions } from './source.js';
import type { KeyInput } from '../../vault/vault.js';
import { shell } from '../../domain/shell.js';
import { childrenOption, familyOf, takeOver, type ChildrenOptions } from './children.js';
import { parseOrganizationId } from './organization-id.js';
import { viewKey } from './view.js';

export interface AddKeyOptions extends KeySourceOptions, ChildrenOptions, Partial<ScopeOptions> {
  link?: LinkPolicy | 'ask';
  provider?: ProviderId;
}

export const addKey = defineCommand({
  name: 'keys add',
  description: 'Registers the admin key of an organization, after its provider said whose it is.',
  options: [
    providerOption('the provider that bills the organization (default: as the key begins, or the files say)'),
    option('--organization <id>', "the organization's id, where the provider does not say it"),
    option('--name <name>', 'what to call the organization (default: its own name, or its id)'),
    childrenOption(),
    option(
      '--link <policy>',
      'whether the projects of the provider become yours as they come; without a terminal, ask is none',
    )
      .choices(['ask', ...LINK_POLICIES])
      .default('ask'),
    ...keySourceOptions(),
    ...scopeOptions(),
  ],
  examples: [
    'costs keys add',
    'costs keys add --provider openai --organization org-1 --name Prod --from-env OPENAI_ADMIN_KEY',
    'costs keys add --key-stdin --link all < key.txt',
    'costs keys add --key-stdin --children "Acme Labs,Acme Legal" < parent-key.txt',
    'costs keys add --provider aws --from-path /mnt/exports/aws',
  ],
  makesStore: true,
  asksSecret: true,
  run,
  document: asItIs<KeyChange>,
  render: renderKeyChange,
  next: ({ key: { provider } }) =>
    providerOf(provider).billsNothing === true
      ? shell`Next: costs sync --basis usage --provider ${provider}`
      : 'Next: costs sync',
});

async function run(options: AddKeyOptions, context: Context) {
  if (options.fromPath !== undefined) return addFolder(options.fromPath, options, context);
  refuseFiled(options.provider);
  const isTold = options.provider !== undefined || options.fromEnv !== undefined || options.keyStdin === true;
  if (!isTold) requirePerson(context);
  const vault = await context.vault();
  if (options.insecureStorage === true) vault.allowInsecureStorage();
  const team = await context.team();
  await (options.fromEnv === undefined ? vault.require(team, 'admin') : vault.requireRegistrar(team));
  const { provider, piped } = await findProvider(options, context);
  explainKey(context, provider, options);
  const told = await toldOrganization(context, provider, options);
  const input = await readKey(context, provider, options, piped);
  const identity = await identifyKey(context, provider, input.key, told);
  const dated = { ...input, expiresAt: identity.expiresAt ?? input.expiresAt };
  if (identity.children !== undefined) {
    noteIdentity(context, provider, identity);
    return register(await familyOf(context, provider, identity, options), dated, options, context);
  }
  const organizationId = await organizationOf(context, provider, identity, told);
  const shared = await readByParent(context, provider, organizationId);
  if (shared === null) {
    await refuseTwice(context, provider, organizationId);
    await refuseSameKey(context, { provider, organizationId }, dated);
  }
  const given = options.name ?? identity.organizationName ?? (await askName(context, organizationId, told));
  const name = cleanName(given) || organizationId;
  noteIdentity(context, provider, identity);
  if (shared !== null) return takeOver(context, shared, identity, dated);
  const { billSource } = identity;
  const organizations = [{ provider, organizationId, name, billSource: billSource ?? ('key' as const) }];
  return register({ organizations, leftOut: [] }, dated, options, context);
}

/** The row of an organization of the team that its parent's key collects. */
async function readByParent(context: Context, provider: ProviderId, organizationId: string): Promise<KeyRow | null> {
  const [{ access }, team] = await Promise.all([context.store(), context.team()]);
  const row = await (await access()).keys.findOrganization(provider, organizationId);
  return row?.teamId === team.id && row.billSource === 'parent' ? row : null;
}

/** A folder of files in place of a key. */
async function addFolder(fromPath: string, options: AddKeyOptions, context: Context) {
  if (options.fromEnv !== undefined || options.keyStdin === true)
    throw new CostsError('usage', 'Files need no key.', { hint: 'Leave out --from-env and --key-stdin.' });
  const [vault, team] = await Promise.all([context.vault(), context.team()]);
  await vault.requireRegistrar(team);
  const { path, provider, account, accountName } = await findAccount(context, { ...options, fromPath });
  await refuseTwice(context, provider, account);
  const name = cleanName(options.name ?? accountName ?? account) || account;
  const { organizations } = await context.store();
  await organizations.addFiles({ provider, organizationId: account, teamId: team.id, name });
  const organization = { provider, organizationId: account, name, billSource: 'files' as const };
  return register({ organizations: [organization], leftOut: [] }, folderInput(path), options, context);
}

async function register(
  { organizations, leftOut }: Awaited<ReturnType<typeof familyOf>>,
  input: KeyInput,
  options: AddKeyOptions,
  context: Context,
): Promise<KeyChange> {
  const [vault, store, team] = await Promise.all([context.vault(), context.store(), context.team()]);
  const link = await linkPolicyOf(options, context);
  const rows = await vault.keys.add(team, organizations, input);
  for (const organization of organizations) {
    await store.organizations.setScope({ ...organization, teamId: team.id }, scopeOf(options));
    if (link === 'all') await linkFromNowOn(organization, context);
  }
  const [key, ...others] = rows.map(viewKey);
  if (key === undefined) throw new CostsError('failed', 'Nothing was registered.');
  return {
    key,
    ...(others.length === 0 ? {} : { others }),
    ...(leftOut.length === 0 ? {} : { leftOut }),
    done: link === 'all' ? 'registered; its projects are yours as they come' : 'registered',
  };
}

function linkPolicyOf({ link = 'ask' }: AddKeyOptions, { output }: Context): Promise<LinkPolicy> | LinkPolicy {
  if (link !== 'ask') return link;
  if (!output.interactive) return 'none';
  const question = 'Take its projects as yours, from now on, under their own names?';
  return output.prompt.confirm(question, { default: true }).then((yes) => (yes ? 'all' : 'none'));
}

/** What was seen of it before, with another key, is linked as well. */
async function linkFromNowOn(organization: { provider: ProviderId; organizationId: string }, context: Context) {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  await store.organizations.setLinkPolicy(team.id, organization.provider, organization.organizationId, 'all');
  await store.projects.linkAll(team.id, organization);
}

function requirePerson({ output }: Context): void {
  if (!output.interactive)
    throw new CostsError('usage', 'Which provider?', {
      hint: `Add --provider ${PROVIDER_IDS.join(' or --provider ')}.`,
    });
}

/** Whose key it is: as it was said, as the key begins, or as a person chooses. */
async function findProvider(
  { provider, fromEnv, keyStdin }: AddKeyOptions,
  context: Context,
): Promise<{ provider: ProviderId; piped?: string }> {
  if (provider !== undefined) return { provider };
  const { keys } = await context.vault();
  if (fromEnv !== undefined) return { provider: keys.providerInVariable(fromEnv) };
  if (keyStdin !== true) return { provider: await chooseProvider(context) };
  const piped = await context.output.prompt.stdin();
  return { provider: keys.providerOfText(piped), piped };
}

function chooseProvider({ output }: Context): Promise<ProviderId> {
  return output.prompt.choose(
    'Whose admin key?',
    PROVIDER_IDS.map((id) => ({ name: providerName(id), value: id })),
  );
}

/** What the user says; asked for before the key where no key of the provider tells whose it is. */
async function toldOrganization(
  { output }: Context,
  provider: ProviderId,
  { organization }: AddKeyOptions,
): Promise<string | undefined> {
  const told = organization?.trim() ?? '';
  const { name, organizationWord, formOrganization = (each: string) => each } = providerOf(provider);
  if (told !== '') return formOrganization(told);
  if (organizationWord === undefined) return undefined;
  if (output.interactive)
    return output.prompt.text(`${name}: ${organizationWord}`, (answer) => formOrganization(cleanName(answer)));
  throw new CostsError('usage', `A key of ${name} does not say whose it is.`, {
    hint: `Name ${organizationWord}: --organization NAME`,
  });
}

/** The provider's word counts; where it says nothing (OpenAI without spend), the user's does. */
async function organizationOf(
  context: Context,
  provider: ProviderId,
  identity: KeyIdentity,
  told: string | undefined,
): Promise<string> {
  const { name, organizationPage } = providerOf(provider);
  if (identity.organizationId !== null && told !== undefined && identity.organizationId !== told) {
    throw new CostsError(
      'auth',
      `${name} says that this key belongs to ${cleanText(identity.organizationId)}, not to ${cleanText(told)}; nothing was stored.`,
      {
        hint: 'Use the key of that organization, or leave out --organization.',
      },
    );
  }
  if (identity.organizationId !== null) return cleanText(identity.organizationId);
  if (told !== undefined) return parseOrganizationId(provider, told);
  if (context.output.interactive) {
    const where = organizationPage === undefined ? '' : ` (it is on ${organizationPage})`;
    return context.output.prompt.text(
      `${name} does not say whose key this is. The organization's id${where}`,
      (answer) => parseOrganizationId(provider, answer),
    );
  }
  throw new CostsError('usage', `${name} does not say whose key this is.`, {
    hint: `Name it with --organization ID, which is on ${organizationPage ?? 'the settings page of the organization'}`,
  });
}

/** What reports call an organization whose provider names none; whoever said its id beforehand could have said the name, too. */
async function askName({ output }: Context, organizationId: string, told: string | undefined): Promise<string> {
  if (!output.interactive || told !== undefined) return '';
  return output.prompt.text(`Its name in reports (Enter for ${organizationId})`, (answer) => answer);
}

/** One organization is collected once, and its days stay those of the team that registered it first, key or no key. */
async function refuseTwice(context: Context, provider: ProviderId, organizationId: string): Promise<void> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const known = await store.organizations.find(provider, organizationId);
  if (known === null) return;
  const told = `${providerName(provider)} organization ${organizationId} is registered already`;
  if (known.teamId !== team.id) {
    throw new CostsError('conflict', `${told}, by another team of this store.`, {
      hint: 'That team has its figures, and may let it go. Those of yours: costs keys list',
    });
  }
  if (!known.hasKey) return;
  throw new CostsError('conflict', `${told}, as ${known.name}.`, {
    hint: shell`To swap its key: costs keys rotate ${organizationId}`,
  });
}

/** Under another id that no provider confirms, one bill would be collected twice. */
async function refuseSameKey(
  context: Context,
  { provider, organizationId }: { provider: ProviderId; organizationId: string },
  input: KeyInput,
): Promise<void> {
  if (providerOf(provider).keyReadsSeveral === true) return;
  const [{ keys }, team] = await Promise.all([context.vault(), context.team()]);
  const known = await keys.registeredFor(team, provider, input);
  if (known === null) return;
  throw new CostsError('conflict', `This key is registered already, as ${known.name} (${known.organizationId}).`, {
    hint: shell`If that id is wrong: costs keys move ${known.organizationId} ${organizationId}`,
  });
}
