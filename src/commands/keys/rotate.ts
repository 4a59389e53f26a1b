import type { Context } from '../../context.js';
import type { KeyRow } from '../../domain/access.js';
import type { KeyView } from '../../domain/key-view.js';
import { providerOf } from '../../providers/registry.js';
import type { KeyIdentity } from '../../domain/provider.js';
import { cleanText } from '../../domain/text.js';
import { shell } from '../../domain/shell.js';
import { CostsError } from '../../errors.js';
import { renderKeyChange, type KeyChange } from '../../output/keys.js';
import { argument, defineCommand, asItIs } from '../define.js';
import { takeOver } from './children.js';
import { findKey } from './find.js';
import { findAccount, folderInput } from './folder.js';
import { explainKey, identifyKey, keySourceOptions, noteIdentity, readKey, type KeySourceOptions } from './source.js';
import { viewKey } from './view.js';

export interface RotateKeyOptions extends KeySourceOptions {
  organization: string;
}

export const rotateKey = defineCommand({
  name: 'keys rotate',
  description: 'Swaps the admin key of an organization; its rows, coverage and links stay.',
  arguments: [argument('<organization>', 'the organization, by name or id')],
  options: keySourceOptions(),
  examples: [
    'costs keys rotate "Acme EU"',
    'costs keys rotate org-1 --from-env OPENAI_ADMIN_KEY',
    'costs keys rotate org-1 --key-stdin < key.txt',
    'costs keys rotate payer-1 --from-path /mnt/exports/aws',
  ],
  asksSecret: true,
  run,
  document: asItIs<KeyChange>,
  render: renderKeyChange,
});

async function run(options: RotateKeyOptions, context: Context) {
  const vault = await context.vault();
  if (options.insecureStorage === true) vault.allowInsecureStorage();
  const row = await findKey(context, options.organization);
  if (options.fromPath !== undefined || row.source === 'path') return swapFolder(row, options, context);
  const team = await context.team();
  await (options.fromEnv === undefined ? vault.require(team, 'admin') : vault.requireRegistrar(team));
  explainKey(context, row.provider, options);
  const input = await readKey(context, row.provider, options);
  const identity = await identifyKey(context, row.provider, input.key, row.organizationId);
  const dated = { ...input, expiresAt: identity.expiresAt ?? input.expiresAt };
  const isOwn = identity.organizationId === row.organizationId;
  if (row.billSource === 'parent' && isOwn && identity.billSource !== null) {
    noteIdentity(context, row.provider, identity);
    return takeOver(context, row, identity, dated);
  }
  const shared = await vault.keys.sharing(row);
  if (!answersFor(identity, row, shared)) {
    const { name } = providerOf(row.provider);
    throw new CostsError(
      'auth',
      `${name} says that this key belongs to ${cleanText(identity.organizationId ?? 'another organization')}, not to ${row.organizationId}; the old key stays.`,
      {
        hint: 'To register that organization: costs keys add',
      },
    );
  }
  noteIdentity(context, row.provider, identity);
  await vault.keys.replace(shared, dated);
  const others: KeyView[] = [];
  for (const { keyId } of shared.slice(1)) others.push(viewKey(await findKey(context, keyId)));
  return {
    key: viewKey(await findKey(context, row.keyId)),
    ...(others.length === 0 ? {} : { others }),
    done: 'key swapped; revoke the old one at the provider',
  };
}

/** Whether a key is that of an organization, or, where a parent's key collects it, of the parent of those that share it. */
function answersFor({ organizationId, children = [] }: KeyIdentity, row: KeyRow, shared: readonly KeyRow[]): boolean {
  const isParent = shared.some((each) => children.some((child) => child.organizationId === each.organizationId));
  if (row.billSource === 'parent') return isParent;
  return organizationId === null || organizationId === row.organizationId;
}

/** Another folder, which has to have the organization's account. */
async function swapFolder(row: KeyRow, { fromPath }: RotateKeyOptions, context: Context) {
  if (row.source !== 'path')
    throw new CostsError('usage', `${row.name} comes with a key.`, {
      hint: shell`costs keys rotate ${row.organizationId} --key-stdin`,
    });
  if (fromPath === undefined)
    throw new CostsError('usage', `${row.name} comes from a folder, not with a key.`, {
      hint: 'Name the folder with --from-path FOLDER: costs keys rotate --help',
    });
  const vault = await context.vault();
  await vault.requireRegistrar(await context.team());
  const { provider, organizationId } = row;
  const { path } = await findAccount(context, { fromPath, provider, organization: organizationId });
  await vault.keys.replace([row], folderInput(path));
  return { key: viewKey(await findKey(context, row.keyId)), done: 'read from this folder from now on' };
}
