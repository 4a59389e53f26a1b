import type { CostProvider, ProviderId } from '../domain/provider.js';
import { createAnthropicProvider } from './anthropic/index.js';
import type { HttpClient } from './http.js';
import { createOpenAiProvider } from './openai/index.js';

/** The provider behind an id. @param baseUrl checked: https, or loopback. */
export function createProvider(id: ProviderId, http: HttpClient, baseUrl: URL, now: () => Date): CostProvider {
  switch (id) {
    case 'openai':
      return createOpenAiProvider(http, baseUrl, now);
    case 'anthropic':
      return createAnthropicProvider(http, baseUrl, now);
    default:
      return id satisfies never;
  }
}
