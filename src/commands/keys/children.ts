import type { Context } from '../../context.js';
import type { KeyRow } from '../../domain/access.js';
import type { ChildOrganization, KeyIdentity, ProviderId } from '../../domain/provider.js';
import { cleanText } from '../../domain/text.js';
import { CostsError } from '../../errors.js';
import { requireOrganization } from '../../library/find.js';
import type { KeyChange, LeftOut } from '../../output/keys.js';
import type { KeyInput, NewOrganization } from '../../vault/vault.js';
import { option } from '../define.js';
import { findKey } from './find.js';
import { viewKey } from './view.js';

export interface ChildrenOptions {
  children?: string;
  /** One of them alone. */
  organization?: string;
  name?: string;
}

/** What one key is registered for, and what it answers for but is not. */
interface Family {
  organizations: NewOrganization[];
  leftOut: LeftOut[];
}

export function childrenOption() {
  return option(
    '--children <which>',
    "of a parent organization's key: all, none, or names and ids of the children to collect with it (default: all; at a terminal, a list)",
  );
}

/**
 * The parent, where the key reads its bill, and the children that are chosen. What has a key of its own is collected with that.
 * @throws CostsError `conflict` when nothing is left to register, `usage` for a child that there is not
 */
export async function familyOf(
  context: Context,
  provider: ProviderId,
  identity: KeyIdentity,
  { children, organization, name }: ChildrenOptions,
): Promise<Family> {
  const [free, leftOut] = await sort(context, provider, identity.children ?? []);
  const own = await ownOrganization(context, provider, identity);
  const told = organization?.trim() ?? '';
  const isOwn = told === '' || told === identity.organizationId;
  const parents = own !== null && isOwn ? [own] : [];
  const chosen = isOwn ? await choose(context, free, children) : [requireOrganization(told, free)];
  const organizations = [...parents, ...chosen].map((each, index) => ({
    ...each,
    name: cleanText((index === 0 ? name : undefined) ?? each.name).trim() || each.organizationId,
  }));
  if (organizations.length > 0) return { organizations, leftOut };
  const reasons = leftOut.map((each) => `${each.name}: ${each.reason}`).join(' ');
  throw new CostsError('conflict', `There is nothing to register with this key. ${reasons}`.trim(), {
    hint: 'Those that are registered: costs keys list',
  });
}

/** From now on an organization's own key collects it, in place of its parent's. */
export async function takeOver(
  context: Context,
  row: KeyRow,
  identity: KeyIdentity,
  input: KeyInput,
): Promise<KeyChange> {
  const vault = await context.vault();
  await vault.keys.replace([{ ...row, billSource: identity.billSource ?? 'key' }], input);
  return {
    key: viewKey(await findKey(context, row.keyId)),
    done: "its own key collects it from now on; its parent's answer leaves it out",
  };
}

async function ownOrganization(
  context: Context,
  provider: ProviderId,
  { organizationId, organizationName, billSource = 'key' }: KeyIdentity,
): Promise<NewOrganization | null> {
  if (organizationId === null || billSource === null) return null;
  const { organizations } = await context.store();
  const known = await organizations.find(provider, organizationId);
  const isFree = known === null || (known.teamId === (await context.team()).id && !known.hasKey);
  return isFree ? { provider, organizationId, name: organizationName ?? organizationId, billSource } : null;
}

/** Those that may be registered, and the others with the reason. */
async function sort(
  context: Context,
  provider: ProviderId,
  children: readonly ChildOrganization[],
): Promise<[free: NewOrganization[], leftOut: LeftOut[]]> {
  const free: NewOrganization[] = [];
  const leftOut: LeftOut[] = [];
  for (const child of children) {
    const organizationId = cleanText(child.organizationId);
    const name = child.name ?? organizationId;
    const reason = await whyNot(context, provider, child);
    if (reason === null) free.push({ provider, organizationId, name, billSource: 'parent' });
    else leftOut.push({ organizationId, name, reason });
  }
  return [free, leftOut];
}

async function whyNot(
  context: Context,
  provider: ProviderId,
  { organizationId, leftOut }: ChildOrganization,
): Promise<string | null> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const known = await store.organizations.find(provider, organizationId);
  if (known !== null && known.teamId !== team.id) return 'it is registered by another team of this store.';
  if (known?.billSource === 'files') return 'its bill comes from files.';
  if (known?.hasKey === true)
    return known.billSource === 'parent'
      ? "it is registered already, with a parent's key."
      : 'it has a key of its own, which collects it.';
  return leftOut;
}

async function choose(
  { output }: Context,
  free: readonly NewOrganization[],
  children: string | undefined,
): Promise<NewOrganization[]> {
  if (children === 'none') return [];
  if (children !== undefined && children !== 'all')
    return [...new Set(children.split(',').map((word) => requireOrganization(word.trim(), free)))];
  if (children === 'all' || !output.interactive || free.length === 0) return [...free];
  const rows = free.map(({ name, organizationId }) => [name, organizationId]);
  const chosen = await output.prompt.checklist(
    'It answers for these organizations. Which are collected with it?',
    rows,
  );
  return chosen.flatMap((index) => free[index] ?? []);
}
