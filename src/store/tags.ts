import { toDay } from '../domain/day.js';
import type { Tag, TagStore } from '../domain/tag.js';
import type { Statements } from './statements.js';

export function createTagStore(sql: Statements): TagStore {
  return {
    async list(teamId) {
      const rows = await sql.$queryRaw<(Omit<Tag, 'from'> & { from: Date })[]>`
        SELECT t.project_id AS "projectId", t.key, t.value, t.valid_from AS "from"
        FROM project_tags t JOIN projects p ON p.id = t.project_id AND p.team_id = ${teamId}
        ORDER BY t.project_id, t.key, t.valid_from`;
      return rows.map((row) => ({ ...row, from: toDay(row.from) }));
    },
    async set(teamId, tags) {
      const column = <T>(pick: (tag: Tag) => T): T[] => tags.map(pick);
      await sql.$executeRaw`
        INSERT INTO project_tags (project_id, key, value, valid_from)
        SELECT p.id, t.key, t.value, t.valid_from FROM (
          SELECT DISTINCT ON (project_id, key, valid_from) * FROM unnest(
            ${column(({ projectId }) => projectId)}::text[], ${column(({ key }) => key)}::text[],
            ${column(({ value }) => value)}::text[], ${column(({ from }) => from)}::date[]
          ) WITH ORDINALITY AS n (project_id, key, value, valid_from, number)
          ORDER BY project_id, key, valid_from, number DESC
        ) t JOIN projects p ON p.id = t.project_id AND p.team_id = ${teamId}
        ON CONFLICT (project_id, key, valid_from) DO UPDATE SET value = excluded.value`;
    },
    remove: (teamId, projectIds, key) => sql.$executeRaw`
      DELETE FROM project_tags t USING projects p
      WHERE p.id = t.project_id AND p.team_id = ${teamId} AND t.key = ${key} AND t.project_id = ANY(${[...projectIds]}::text[])`,
  };
}
