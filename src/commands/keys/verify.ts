import type { Context } from '../../context.js';
import type { KeyRow } from '../../domain/access.js';
import type { Organization } from '../../domain/collection.js';
import { keyStatusOf, type KeyVerification } from '../../domain/key-verification.js';
import { expiryWarning } from '../../domain/key-view.js';
import type { KeyIdentity } from '../../domain/provider.js';
import { leftOut } from '../../sync/shared-answers.js';
import { providerName } from '../../providers/registry.js';
import { cleanText } from '../../domain/text.js';
import { asCostsError, CostsError, toErrorDocument, type ErrorDocument } from '../../errors.js';
import { allDisabled, registeredKeys } from '../../library/organizations.js';
import { listFolder } from '../../library/folder.js';
import { renderKeyVerifications } from '../../output/keys.js';
import { exitCodeOf, statusOf } from '../../domain/exit-code.js';
import { argument, defineCommand, asItIs } from '../define.js';
import { findKey } from './find.js';
import { identifyKey } from './source.js';
import { shell } from '../../domain/shell.js';
import { formatLastDay } from '../../domain/words.js';

export const verifyKeys = defineCommand({
  name: 'keys verify',
  description: 'Asks the providers whether the registered keys work, and what is wrong with those that do not.',
  arguments: [argument('[organization]', 'the organization, by name or id (default: all that are enabled)')],
  examples: ['costs keys verify', 'costs keys verify "Acme EU" --json'],
  async run({ organization }: { organization?: string }, context: Context) {
    const rows = organization === undefined ? await activeKeys(context) : [await findKey(context, organization)];
    const keys: KeyVerification[] = [];
    for (const row of rows) keys.push(await checkKey(row, context));
    return { status: statusOf(keys), keys };
  },
  document: asItIs<{ status: 'ok' | 'partial' | 'failed'; keys: KeyVerification[] }>,
  render: renderKeyVerifications,
  failures: ({ keys }) => keys,
  exitCode: ({ status, keys }) => exitCodeOf({ status, organizations: keys }),
});

async function activeKeys(context: Context): Promise<KeyRow[]> {
  const registered = await registeredKeys(context, (await context.team()).id);
  const active = registered.filter(({ isActive }) => isActive);
  const [first, ...others] = registered;
  if (active.length === 0 && first !== undefined) throw allDisabled(first, others);
  return active;
}

async function checkKey(row: KeyRow, context: Context): Promise<KeyVerification> {
  const { provider, organizationId, name } = row;
  const base = { provider, organizationId, name };
  const now = await context.clock();
  const soon = expiryWarning(row, now);
  const warnings = soon === null ? [] : [soon];
  try {
    if (row.source === 'path') {
      await listFolder(context, row);
      return { ...base, status: 'ok', canListProjects: null, expiresAt: null, warnings };
    }
    const identity = await identifyKey(context, provider, await context.adminKey(row), organizationId);
    checkOwner(row, identity);
    const expiresAt = (identity.expiresAt ?? row.expiresAt)?.toISOString() ?? null;
    return {
      ...base,
      status: 'ok',
      canListProjects: identity.canListProjects,
      expiresAt,
      warnings: [...warnings, ...identity.warnings],
    };
  } catch (thrown) {
    const error = expiredSince(row, now, asCostsError(thrown));
    if (error.code === 'interrupted') throw error;
    return {
      ...base,
      status: keyStatusOf(error),
      canListProjects: null,
      expiresAt: row.expiresAt?.toISOString() ?? null,
      warnings,
      error: documentOf(error, row),
    };
  }
}

/** Providers refuse an expired key as they refuse a revoked one; what is stored of its end tells them apart. */
function expiredSince({ expiresAt, organizationId }: KeyRow, now: Date, error: CostsError): CostsError {
  if (error.keyProblem !== 'refused' || expiresAt === null || expiresAt > now) return error;
  return new CostsError('auth', `The key expired on ${formatLastDay(expiresAt)}. ${error.message}`, {
    hint: shell`Make a new key and swap it: costs keys rotate ${organizationId}`,
    cause: error,
    keyProblem: 'expired',
  });
}

/** The provider's hint may be the command that is running. */
function documentOf(error: CostsError, { organizationId }: KeyRow): ErrorDocument {
  const document = toErrorDocument(error);
  return error.keyProblem === 'refused'
    ? { ...document, hint: shell`Make a new key and swap it: costs keys rotate ${organizationId}` }
    : document;
}

/** @throws CostsError `auth` for a key of another organization, `forbidden` for a child that its parent's report leaves out */
export function checkOwner(row: Organization, { organizationId, children = [] }: KeyIdentity): void {
  const child = children.find((each) => each.organizationId === row.organizationId);
  if (child?.leftOut != null) throw leftOut(row, child.leftOut);
  // A child that spent nothing lately is not told.
  if (row.billSource === 'parent' && children.length > 0) return;
  if (organizationId !== null && organizationId !== row.organizationId) throw otherOrganization(row, organizationId);
}

function otherOrganization({ provider, organizationId }: Organization, found: string): CostsError {
  return new CostsError(
    'auth',
    `${providerName(provider)} says that this key belongs to ${cleanText(found)}, not to ${organizationId}.`,
    {
      hint: shell`Swap it: costs keys rotate ${organizationId}`,
    },
  );
}
