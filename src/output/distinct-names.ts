import type { ProviderId } from '../domain/provider.js';
import type { Report } from '../domain/report.js';
import { providerName } from '../providers/registry.js';
import { shortIds } from '../domain/short-id.js';

/** What of a row has a name that others may have as well, and what says which of them is meant. */
const ID_OF = { organization: 'organizationId', project: 'projectId', apiKey: 'apiKeyId' } as const;
type Name = keyof typeof ID_OF;
const NAMES = Object.keys(ID_OF) as Name[];

type Named = Partial<Record<Name | (typeof ID_OF)[Name], string | null>> & { provider?: ProviderId | null };

/**
 * Names are not unique. Where several organizations, projects or API keys of what is shown have one, each is shown with what it
 * belongs to, its provider or its organization, or with the beginning of its id where that does not tell them apart either.
 * @param shown all rows that people see together
 */
export function distinctNames(shown: readonly Named[]): <Row extends Named>(row: Row) => Row {
  const labels = Object.fromEntries(NAMES.map((name) => [name, labelsOf(shown, name)]));
  return (row) => {
    const told = NAMES.flatMap((name) => {
      const label = row[name] == null ? undefined : labels[name]?.get(refOf(row, name));
      return label === undefined ? [] : [[name, label] as const];
    });
    return told.length === 0 ? row : { ...row, ...Object.fromEntries(told) };
  };
}

/** Two providers may give one id to an organization each. */
function refOf(row: Named, name: Name): string {
  return `${name === 'organization' ? (row.provider ?? '') : ''}/${row[ID_OF[name]] ?? ''}`;
}

/** By what is meant, for those whose name another one has. */
function labelsOf(shown: readonly Named[], name: Name): Map<string, string> {
  const byName = new Map<string, Map<string, { id: string; owner: string | null }>>();
  for (const row of shown) {
    const { [name]: text, [ID_OF[name]]: id, organization = null, provider } = row;
    if (text == null || id == null) continue;
    const owner = name !== 'organization' ? organization : provider == null ? null : providerName(provider);
    const same = byName.get(text) ?? new Map<string, { id: string; owner: string | null }>();
    byName.set(text, same.set(refOf(row, name), { id, owner }));
  }
  const labels = new Map<string, string>();
  for (const [text, same] of byName) {
    if (same.size === 1) continue;
    const owners = new Set([...same.values()].flatMap(({ owner }) => owner ?? []));
    const short = shortIds([...same.values()].map(({ id }) => id));
    for (const [ref, { id, owner }] of same)
      labels.set(ref, `${text} (${owners.size === same.size && owner !== null ? owner : short(id)})`);
  }
  return labels;
}

/** A report for people; machines have ids. */
export function withDistinctNames(report: Report): Report {
  const { rows, gone } = report;
  const named = distinctNames([...rows, ...(gone ?? [])]);
  return { ...report, rows: rows.map(named), ...(gone === undefined ? {} : { gone: gone.map(named) }) };
}
