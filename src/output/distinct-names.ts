import type { Report } from '../domain/report.js';
import { shortIds } from '../domain/short-id.js';

/** What of a row has a name that others may have as well, and what says which of them is meant. */
const ID_OF = { project: 'projectId', apiKey: 'apiKeyId' } as const;
type Name = keyof typeof ID_OF;
const NAMES = Object.keys(ID_OF) as Name[];

type Named = Partial<Record<Name | (typeof ID_OF)[Name] | 'organization', string | null>>;

/**
 * Names are not unique. Where several projects or API keys of what is shown have one, each is shown with its
 * organization, or with the beginning of its id where that does not tell them apart either.
 * @param shown all rows that people see together
 */
export function distinctNames(shown: readonly Named[]): <Row extends Named>(row: Row) => Row {
  const labels = Object.fromEntries(NAMES.map((name) => [name, labelsOf(shown, name)]));
  return (row) => {
    const told = NAMES.flatMap((name) => {
      const label = row[name] == null ? undefined : labels[name]?.get(row[ID_OF[name]] ?? '');
      return label === undefined ? [] : [[name, label] as const];
    });
    return told.length === 0 ? row : { ...row, ...Object.fromEntries(told) };
  };
}

/** By id, for those whose name another one has. */
function labelsOf(shown: readonly Named[], name: Name): Map<string, string> {
  const byName = new Map<string, Map<string, string | null>>();
  for (const { [name]: text, [ID_OF[name]]: id, organization = null } of shown)
    if (text != null && id != null)
      byName.set(text, (byName.get(text) ?? new Map<string, string | null>()).set(id, organization));
  const labels = new Map<string, string>();
  for (const [text, ids] of byName) {
    if (ids.size === 1) continue;
    const organizations = new Set([...ids.values()].filter((each) => each !== null));
    const short = shortIds([...ids.keys()]);
    for (const [id, organization] of ids)
      labels.set(
        id,
        `${text} (${organizations.size === ids.size && organization !== null ? organization : short(id)})`,
      );
  }
  return labels;
}

/** A report for people; machines have ids. */
export function withDistinctNames(report: Report): Report {
  const { rows, gone } = report;
  const named = distinctNames([...rows, ...(gone ?? [])]);
  return { ...report, rows: rows.map(named), ...(gone === undefined ? {} : { gone: gone.map(named) }) };
}
