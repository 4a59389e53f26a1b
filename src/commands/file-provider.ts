import type { ProviderId } from '../domain/provider.js';
import { CostsError } from '../errors.js';
import { FILE_PROVIDERS } from '../providers/file-list.js';
import { PROVIDER_IDS, providerName } from '../providers/registry.js';

/** @throws CostsError `usage` for a provider whose bills do not come as files */
export function refuseKeyed(provider: ProviderId | undefined, option: string): void {
  if (provider === undefined || !PROVIDER_IDS.includes(provider)) return;
  throw new CostsError('usage', `${providerName(provider)} is asked with a key, not read from files.`, {
    hint: `Leave out ${option}. Files come from ${FILE_PROVIDERS.map(({ id }) => id).join(', ')}.`,
  });
}

/** @throws CostsError `usage` for a provider whose bills come as files alone */
export function refuseFiled(provider: ProviderId | undefined): void {
  if (provider === undefined || PROVIDER_IDS.includes(provider)) return;
  throw new CostsError('usage', `${providerName(provider)} is read from the files that it exports.`, {
    hint: 'Name their folder: --from-path DIR',
  });
}
