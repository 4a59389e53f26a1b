import type { Option } from 'commander';
import { SERVICES } from '../domain/provider.js';
import { USUAL_SCOPE, type Scope } from '../domain/scope.js';
import { CostsError } from '../errors.js';
import { option } from './define.js';
import { parseWith } from './options.js';

export interface ScopeOptions extends Pick<Scope, 'only' | 'projectBy'> {
  service?: string[];
}

/** What of a bill is kept, where a provider sells more than AI or its bill comes as files. */
export function scopeOptions(): Option[] {
  return [
    option('--only <services>', 'what is kept of a provider that sells more than AI')
      .choices(SERVICES)
      .default(USUAL_SCOPE.only),
    option('--service <name>', 'of files, also keep this service, named as in them; again for others').argParser(
      (name: string, others?: string[]) => [...(others ?? []), name],
    ),
    option('--project-by <what>', 'of files, what becomes a project: sub-account, resource or tag:KEY')
      .argParser(parseWith(toProjectBy))
      .default(USUAL_SCOPE.projectBy),
  ];
}

export function scopeOf({ only, service, projectBy }: Partial<ScopeOptions>): Scope {
  return {
    only: only ?? USUAL_SCOPE.only,
    services: service ?? USUAL_SCOPE.services,
    projectBy: projectBy ?? USUAL_SCOPE.projectBy,
  };
}

function toProjectBy(text: string): Scope['projectBy'] {
  if (text === 'sub-account' || text === 'resource') return text;
  const [, tag] = /^tag:(.+)$/.exec(text) ?? [];
  if (tag !== undefined) return { tag };
  throw new CostsError('usage', `"${text}" makes no projects.`, { hint: 'Use sub-account, resource or tag:KEY.' });
}
