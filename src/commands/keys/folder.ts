import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../../context.js';
import { formatOther, type FocusFiles, type FocusPeriod } from '../../domain/focus-import.js';
import { organizationRef } from '../../domain/organization.js';
import type { ProviderId } from '../../domain/provider.js';
import { USUAL_SCOPE } from '../../domain/scope.js';
import { cleanText } from '../../domain/text.js';
import { nameSome } from '../../domain/words.js';
import { CostsError } from '../../errors.js';
import type { KeyInput } from '../../vault/vault.js';
import { during } from '../../output/during.js';
import { refuseKeyed } from '../file-provider.js';

/** The billing account that a folder holds, or the one of several that is named, as its newest files say. */
export async function findAccount(
  context: Context,
  asked: { fromPath: string; provider?: ProviderId; organization?: string },
): Promise<Pick<FocusPeriod, 'provider' | 'account' | 'accountName'> & { path: string }> {
  const { provider, organization } = asked;
  refuseKeyed(provider, '--from-path');
  const path = resolve(asked.fromPath);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new CostsError('usage', `${path} is not a folder that can be read.`, {
      hint: 'To read single files once: costs import focus --help',
    });
  const account = organization?.trim();
  const request = {
    ...{ ...USUAL_SCOPE, paths: [path] },
    ...(provider === undefined ? {} : { provider }),
    ...(account === undefined ? {} : { account }),
  };
  const files = await during(context.output, 'Reading files …', () => context.focusFiles(request));
  return { ...chooseAccount(path, files), path };
}

function chooseAccount(path: string, { periods, others }: FocusFiles): FocusPeriod {
  const refOf = ({ provider, account }: FocusPeriod) => organizationRef({ provider, organizationId: account });
  const accounts = [...new Map(periods.map((period) => [refOf(period), period])).values()];
  const [only, ...more] = accounts;
  if (only !== undefined && more.length === 0) return only;
  const list = accounts.map(({ provider, account }) => `${account} (${provider})`).join(', ');
  throw new CostsError(
    'usage',
    cleanText(
      only === undefined
        ? `${path} has no such billing account; it has: ${nameSome(others.map(formatOther)) || 'none'}.`
        : `${path} has several billing accounts: ${list}.`,
    ),
    { hint: 'Name one of them: --organization ID' },
  );
}

/** What is stored in place of a key. */
export function folderInput(path: string): KeyInput {
  return { key: null, variable: path, host: '', expiresAt: null };
}
