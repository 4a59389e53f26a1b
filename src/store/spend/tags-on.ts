import type { Day } from '../../domain/day.js';
import { groupBy } from '../../domain/group-into.js';
import { tagOn, type Tag } from '../../domain/tag.js';

/** A project's tags on a day, those without a value left out. Remembers the last answer: rows come project by project. */
export function readTagsOn(tags: readonly Tag[]): (projectId: string, day: Day) => Record<string, string> {
  const byProject = groupBy(tags, ({ projectId }) => projectId);
  let last = { projectId: '', day: '', tags: {} as Record<string, string> };
  return (projectId, day) => {
    if (last.projectId === projectId && last.day === day) return last.tags;
    const own = byProject.get(projectId) ?? [];
    const held = [...new Set(own.map(({ key }) => key))].flatMap((key) => {
      const value = tagOn(
        own.filter((tag) => tag.key === key),
        day,
      );
      return value === null ? [] : [[key, value] as const];
    });
    held.sort(([a], [b]) => (a < b ? -1 : 1));
    last = { projectId, day, tags: Object.fromEntries(held) };
    return last.tags;
  };
}
