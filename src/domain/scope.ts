import type { Services } from './provider.js';

/** What of an organization's bill is read, where that can be chosen. */
export interface Scope {
  only: Services;
  /** Services of files that are kept besides, as they name them. */
  services: readonly string[];
  /** What of files becomes a project: the sub account, the resource, or the value of a tag. */
  projectBy: 'sub-account' | 'resource' | { tag: string };
}

/** What is read unless somebody chose. */
export const USUAL_SCOPE: Scope = { only: 'ai', services: [], projectBy: 'sub-account' };

/** As it is stored: one text for one choice, null for the usual one. */
export function formatScope({ only, services, projectBy }: Scope): string | null {
  const text = JSON.stringify({ only, services: [...services].sort(), projectBy });
  return text === JSON.stringify(USUAL_SCOPE) ? null : text;
}

export function parseScope(text: string | null): Scope {
  return { ...USUAL_SCOPE, ...(JSON.parse(text ?? '{}') as Partial<Scope>) };
}
