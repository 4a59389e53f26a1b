import type { Day } from '../domain/day.js';
import { rowsOfDay } from './generate.js';
import type { WorldOrganization, WorldProject, WorldRow } from './world.js';

/** Changes rows of a day: the provider restates. Returns how many rows `change` replaced; one it returns null for vanishes. */
export function editRows(
  organization: WorldOrganization,
  day: Day,
  change: (row: WorldRow) => WorldRow | null,
): number {
  const rows = rowsOfDay(organization, day);
  const changed = rows.map(change);
  organization.days.set(
    day,
    changed.filter((row) => row !== null),
  );
  return changed.filter((row, index) => row !== rows[index]).length;
}

/** Adds a row to a day: it came late. */
export function addRow(organization: WorldOrganization, day: Day, row: WorldRow): void {
  organization.days.set(day, [...rowsOfDay(organization, day), row]);
}

/** Adds a project to the organization. */
export function addProject(
  organization: WorldOrganization,
  project: Pick<WorldProject, 'id' | 'name'> & Partial<WorldProject>,
): void {
  organization.projects.push({ createdAt: new Date(0), archivedAt: null, ...project });
}
