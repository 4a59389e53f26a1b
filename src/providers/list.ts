import { anthropic } from './anthropic/index.js';
import { cursor } from './cursor/index.js';
import type { Provider } from './define.js';
import { github } from './github/index.js';
import { litellm } from './litellm/index.js';
import { openai } from './openai/index.js';
import { openrouter } from './openrouter/index.js';

/** The companies whose bills we collect, in the order they are offered; each with the server that plays it, loaded where it does. */
export const COLLECTED = [
  { provider: openai, emulator: () => import('../emulator/openai/index.js') },
  { provider: anthropic, emulator: () => import('../emulator/anthropic/index.js') },
  { provider: openrouter, emulator: () => import('../emulator/openrouter/index.js') },
  { provider: github, emulator: () => import('../emulator/github/index.js') },
  { provider: cursor, emulator: () => import('../emulator/cursor/index.js') },
  { provider: litellm, emulator: () => import('../emulator/litellm/index.js') },
];

export const PROVIDERS: readonly Provider[] = COLLECTED.map(({ provider }) => provider);
