import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../../context.js';
import type { FocusPeriod } from '../../domain/focus-import.js';
import { organizationRef } from '../../domain/organization.js';
import type { ProviderId } from '../../domain/provider.js';
import { USUAL_SCOPE } from '../../domain/scope.js';
import { cleanText } from '../../domain/text.js';
import { CostsError } from '../../errors.js';
import { FILE_PROVIDERS } from '../../providers/file-list.js';
import { PROVIDER_IDS, providerName } from '../../providers/registry.js';
import type { KeyInput } from '../../vault/vault.js';
import { during } from '../../output/during.js';

/** The billing account that a folder holds, or the one of several that is named, as its newest files say. */
export async function findAccount(
  context: Context,
  asked: { fromPath: string; provider?: ProviderId; organization?: string },
): Promise<Pick<FocusPeriod, 'provider' | 'account' | 'accountName'> & { path: string }> {
  const { provider, organization } = asked;
  if (provider !== undefined && PROVIDER_IDS.includes(provider))
    throw new CostsError('usage', `${providerName(provider)} is asked with a key, not read from files.`, {
      hint: `Leave out --from-path. Files come from ${FILE_PROVIDERS.map(({ id }) => id).join(', ')}.`,
    });
  const path = resolve(asked.fromPath);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new CostsError('usage', `${path} is not a folder that can be read.`, {
      hint: 'To read single files once: costs import focus --help',
    });
  const request = { ...USUAL_SCOPE, paths: [path], ...(provider === undefined ? {} : { provider }) };
  const { periods } = await during(context.output, 'Reading files …', () => context.focusFiles(request));
  return { ...chooseAccount(path, periods, organization?.trim()), path };
}

function chooseAccount(path: string, periods: readonly FocusPeriod[], organization: string | undefined): FocusPeriod {
  const refOf = ({ provider, account }: FocusPeriod) => organizationRef({ provider, organizationId: account });
  const accounts = [...new Map(periods.map((period) => [refOf(period), period])).values()];
  const fitting = accounts.filter(({ account }) => organization === undefined || account === organization);
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return only;
  const list = accounts.map(({ provider, account }) => `${account} (${provider})`).join(', ') || 'none';
  throw new CostsError(
    'usage',
    cleanText(
      only === undefined
        ? `${path} has no billing account ${organization ?? ''}; it has: ${list}.`
        : `${path} has several billing accounts: ${list}.`,
    ),
    { hint: 'Name one of them: --organization ID' },
  );
}

/** What is stored in place of a key. */
export function folderInput(path: string): KeyInput {
  return { key: null, variable: path, host: '', expiresAt: null };
}
