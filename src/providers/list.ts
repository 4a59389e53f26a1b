import { anthropic } from './anthropic/index.js';
import { cursor } from './cursor/index.js';
import type { Provider } from './define.js';
import { github } from './github/index.js';
import { litellm } from './litellm/index.js';
import { openai } from './openai/index.js';
import { openrouter } from './openrouter/index.js';

/** The companies whose bills we collect, in the order they are offered. */
export const PROVIDERS: readonly Provider[] = [openai, anthropic, openrouter, github, cursor, litellm];
