import type { Report } from '../domain/report.js';
import { shortIds } from '../domain/short-id.js';

/** What of a row says which project it is about. */
interface OfProject {
  project?: string | null;
  projectId?: string | null;
  organization?: string | null;
}

/**
 * Names are not unique. Where several projects of what is shown have one, each is shown with its organization, or with the
 * beginning of its id where that does not tell them apart either.
 * @param shown all rows that people see together
 */
export function distinctProjects(shown: readonly OfProject[]): <Row extends OfProject>(row: Row) => Row {
  const labels = new Map<string, string>();
  const byName = new Map<string, Map<string, string | null>>();
  for (const { project, projectId, organization = null } of shown)
    if (project != null && projectId != null)
      byName.set(project, (byName.get(project) ?? new Map<string, string | null>()).set(projectId, organization));
  for (const [name, projects] of byName) {
    if (projects.size === 1) continue;
    const organizations = new Set([...projects.values()].filter((each) => each !== null));
    const short = shortIds([...projects.keys()]);
    for (const [id, organization] of projects)
      labels.set(
        id,
        `${name} (${organizations.size === projects.size && organization !== null ? organization : short(id)})`,
      );
  }
  return (row) => {
    const label = labels.get(row.projectId ?? '');
    return label === undefined || row.project == null ? row : { ...row, project: label };
  };
}

/** A report for people; machines have ids. */
export function withDistinctProjects(report: Report): Report {
  const { rows, gone } = report;
  const named = distinctProjects([...rows, ...(gone ?? [])]);
  return { ...report, rows: rows.map(named), ...(gone === undefined ? {} : { gone: gone.map(named) }) };
}
