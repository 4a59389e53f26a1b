import type { ProviderId } from '../domain/provider.js';
import { CostsError } from '../errors.js';
import { COLLECTED } from '../providers/list.js';
import type { EmulatedProvider } from './api.js';

/** The providers that are emulated, in the order the demo shows them. */
export const EMULATED: readonly EmulatedProvider[] = await Promise.all(
  COLLECTED.map(async ({ emulator }) => (await emulator()).server),
);

/** @throws CostsError `usage` for one that is not emulated. */
export function emulated(provider: ProviderId): EmulatedProvider {
  const server = EMULATED.find((each) => each.provider === provider);
  if (server === undefined) throw new CostsError('usage', `The emulator does not know the provider "${provider}".`);
  return server;
}
