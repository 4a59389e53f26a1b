import type { ProviderId } from '../../domain/provider.js';
import { cleanName } from '../../domain/text.js';
import { CostsError } from '../../errors.js';
import { providerOf } from '../../providers/registry.js';

/**
 * An organization's id that no provider confirms: a mistyped one would collect under a name that no bill knows.
 * @throws CostsError `usage` where no id of the provider looks so
 */
export function parseOrganizationId(provider: ProviderId, text: string): string {
  const { name, organizationPrefix, organizationPage } = providerOf(provider);
  const id = cleanName(text);
  if (id.length > organizationPrefix.length && id.startsWith(organizationPrefix)) return id;
  const begins = organizationPrefix === '' ? '' : `, which begins with ${organizationPrefix}`;
  throw new CostsError('usage', `"${id}" is not an organization id of ${name}${begins}.`, {
    hint: `It is on ${organizationPage ?? 'the settings page of the organization'}`,
  });
}
