import type { ProviderId } from '../domain/provider.js';
import { CostsError } from '../errors.js';
import { anthropicServer } from './anthropic/index.js';
import type { EmulatedProvider } from './api.js';
import { cursorServer } from './cursor/index.js';
import { githubServer } from './github/index.js';
import { litellmServer } from './litellm/index.js';
import { openaiServer } from './openai/index.js';
import { openrouterServer } from './openrouter/index.js';

/** The providers that are emulated, in the order the demo shows them. */
export const EMULATED: readonly EmulatedProvider[] = [
  openaiServer,
  anthropicServer,
  openrouterServer,
  githubServer,
  cursorServer,
  litellmServer,
];

/** @throws CostsError `usage` for one that is not emulated. */
export function emulated(provider: ProviderId): EmulatedProvider {
  const server = EMULATED.find((each) => each.provider === provider);
  if (server === undefined) throw new CostsError('usage', `The emulator does not know the provider "${provider}".`);
  return server;
}
