import { ALWAYS, type Tag } from '../domain/tag.js';
import type { Output } from './output.js';
import { formatDate } from '../domain/words.js';

/** Tags as a command set or ended them, and the names of their projects. */
export interface Tagged {
  projects: { id: string; name: string }[];
  tags: Tag[];
}

export function renderTagged({ projects, tags }: Tagged, { style }: Output): string {
  const names = new Map(projects.map(({ id, name }) => [id, name]));
  return tags
    .map(({ projectId, key, value, from }) => {
      const what = value === null ? `no ${key}` : `${key}=${value}`;
      return `${style.green('✔')} ${names.get(projectId) ?? projectId}: ${what}${from === ALWAYS ? '' : ` from ${formatDate(from)}`}`;
    })
    .join('\n');
}
