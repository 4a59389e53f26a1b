import type { WindowWrite } from '../../src/domain/collection.js';
import { formatDecimal } from '../../src/domain/decimal.js';

/** What a row is known by, and what may change of it. */
export const KEY = ['project_id', 'bucket_start_time', 'bucket_end_time', 'line_item', 'api_version'] as const;
export const REST = ['currency', 'cost', 'quantity', 'quantity_unit', 'model'] as const;
export const COLUMNS = [...KEY, ...REST];

export type PlainRow = Record<(typeof COLUMNS)[number], string | null>;

/** The same rows for every contender, with their projects found already. */
export function toPlainRows(windows: readonly WindowWrite[]): PlainRow[] {
  return windows.flatMap(({ organizationId, lines }) =>
    lines.map((line) => ({
      project_id: projectOf(organizationId, line.providerProjectId),
      api_version: 'costs_v1',
      bucket_start_time: line.bucketStart.toISOString(),
      bucket_end_time: line.bucketEnd.toISOString(),
      line_item: line.lineItem,
      currency: line.currency,
      cost: formatDecimal(line.cost),
      quantity: line.quantity === null ? null : formatDecimal(line.quantity),
      quantity_unit: line.quantityUnit,
      model: line.model,
    })),
  );
}

function projectOf(organizationId: string, providerProjectId: string): string {
  return `${organizationId}/${providerProjectId}`;
}

/** Makes the projects of the rows, under the ids that `toPlainRows` gives them. */
export function projectStatement(windows: readonly WindowWrite[]): { text: string; values: string[][] } {
  const projects = new Map<string, [string, string]>();
  for (const { organizationId, lines } of windows)
    for (const { providerProjectId } of lines)
      projects.set(projectOf(organizationId, providerProjectId), [organizationId, providerProjectId]);
  const pairs = [...projects.values()];
  return {
    text: `INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id)
           SELECT id, 'team-1', project, 'openai', organization, project FROM unnest($1::text[], $2::text[], $3::text[]) AS t (id, organization, project)`,
    values: [[...projects.keys()], pairs.map(([organization]) => organization), pairs.map(([, project]) => project)],
  };
}
