import type { DaySpan } from '../../domain/day.js';
import type { OrganizationKey } from '../../domain/organization.js';
import { SQL, type Sql } from '../sql.js';
import type { FactList } from './fact-list.js';
import { ofOrganization } from '../organization-key.js';

/** Some of an organization's projects, by our id: these, or all but these. */
export interface SomeProjects {
  ids: readonly string[];
  areMeant: boolean;
}

/**
 * The rows `c` of an organization's projects `p` from a day through another, as a FROM clause. OFFSET 0 makes PostgreSQL go
 * project by project through the unique index. Left to itself it reads the days of all organizations once there are many
 * rows, and each organization's sync grows with the others. See `rowsOfProject`.
 */
export function storedRows(
  list: Pick<FactList, 'table' | 'constants'>,
  organization: OrganizationKey,
  span: DaySpan,
  among: SomeProjects | null = null,
): Sql {
  return SQL`${projectsOf(organization, among)} CROSS JOIN LATERAL (SELECT c.* FROM ${rowsOfProject(list, span)} OFFSET 0) c`;
}

/** An organization's projects `p`. */
export function projectsOf(organization: OrganizationKey, among: SomeProjects | null = null): Sql {
  return SQL`(SELECT id, ai_project_id FROM projects WHERE ${ofOrganization(organization)}${isAmong(among)}) p`;
}

/**
 * The rows `c` of a project `p`, as a FROM clause with its condition. Constants are compared as text, which no index is on: without
 * statistics, as in a table's first minutes, PostgreSQL would take the one on `api_version`, and read all bills for each project.
 */
export function rowsOfProject(list: Pick<FactList, 'table' | 'constants'>, span: DaySpan): Sql {
  const constants = Object.entries(list.constants).map(([column, value]) => ` AND c.${column}::text = '${value}'`);
  return SQL`${SQL.raw(list.table)} c WHERE c.project_id = p.id ${SQL.raw(constants.join(''))} AND ${inDays('c.bucket_start_time', span)}`;
}

/** A condition. Said of a partitioned table, it leaves all partitions alone but those of the days. */
export function inDays(column: string, { since, until }: DaySpan): Sql {
  return SQL`${SQL.raw(column)} >= ${since}::timestamp AND ${SQL.raw(column)} < ${until}::timestamp + interval '1 day'`;
}

function isAmong(among: SomeProjects | null): Sql {
  if (among === null) return SQL.empty;
  const not = SQL.raw(among.areMeant ? '' : 'NOT ');
  return SQL` AND ${not}EXISTS (SELECT FROM unnest(${[...among.ids]}::text[]) AS u (id) WHERE u.id = projects.id)`;
}
