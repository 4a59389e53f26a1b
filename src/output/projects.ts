import type { DiscoveryResult, Project, Relinked, Renamed } from '../domain/project.js';
import { shortIds } from '../domain/short-id.js';
import { isEmptyMove, type ProjectMove } from '../domain/project-move.js';
import type { LinkPolicy } from '../domain/organization.js';
import { plural } from '../domain/words.js';
import type { Output } from './output.js';
import { renderHint } from './hint.js';
import { renderTable, type Column } from './table.js';
import { providerName } from '../providers/registry.js';

const COLUMNS: Column[] = [
  { head: 'Project' },
  { head: 'Provider', lesser: 'difference' },
  { head: 'Organization', lesser: 'change' },
  { head: 'Provider project', lesser: 'context' },
  { head: '' },
  { head: 'Id' },
];

/** A project beside the name of the organization it belongs to; its id where no key names it. */
export interface ListedProject extends Project {
  organization: string | null;
}

export function renderProjects(
  { projects }: { projects: ListedProject[] },
  output: Output,
  { unlinked: onlyUnlinked = false }: { unlinked?: boolean } = {},
): string {
  if (projects.length === 0)
    return `${onlyUnlinked ? 'No project is left to link.' : 'No projects.'} Ask the providers for theirs → costs projects discover`;
  const unlinked = projects.filter((project) => !project.linked && project.providerProjectId !== null).length;
  const short = shortIds(projects.map(({ id }) => id));
  const table = renderTable(
    COLUMNS,
    projects.map((project) => row(project, short)),
    output,
  );
  return unlinked === 0
    ? table
    : `${table}\n⚠ ${plural(unlinked, 'provider project is', 'provider projects are')} not linked → costs projects link`;
}

function row(
  { id, name, provider, organization, providerProjectId, linked, archived }: ListedProject,
  short: (id: string) => string,
): string[] {
  const mark = providerProjectId !== null && !linked ? '⚠ ' : '';
  const note = archived ? 'archived' : '';
  return [
    `${mark}${name}`,
    provider === null ? '' : providerName(provider),
    organization ?? '',
    providerProjectId ?? '',
    note,
    short(id),
  ];
}

export function renderDiscovery({ organizations }: { organizations: DiscoveryResult[] }, { style }: Output): string {
  return organizations
    .flatMap((each) => {
      const who = `${each.provider} ${each.name}`;
      if (each.status === 'failed')
        return [
          `${style.red('✖')} ${who}: ${each.error.message}`,
          ...(each.error.hint === undefined ? [] : [`  ${renderHint(each.error.hint)}`]),
        ];
      const news = each.created.length > 0 ? `, new: ${each.created.join(', ')}` : ', none new';
      const renamed = each.renamed.length > 0 ? `, renamed: ${each.renamed.map(renaming).join(', ')}` : '';
      return [`${style.green('✔')} ${who}: ${plural(each.total, 'project')}${news}${renamed}`];
    })
    .join('\n');
}

/** `"Search" is "Search 2" now` */
export function renaming({ from, to }: Renamed): string {
  return `"${from}" is "${to}" now`;
}

/** What becomes of provider projects that are first seen, and in which organizations. */
export interface LinkRule {
  policy: LinkPolicy;
  organizations: string[];
}

export interface Linked {
  projects: Project[];
  move: ProjectMove | null;
  /** Null where it stays as it is. */
  rule: LinkRule | null;
}

export function renderLinked({ projects, move, rule }: Linked, { style }: Output): string {
  const fromNowOn =
    rule === null
      ? []
      : [
          `New projects of ${rule.organizations.join(', ')} ${rule.policy === 'all' ? 'are linked as they come' : 'wait to be linked'}.`,
        ];
  if (projects.length === 0 && rule === null)
    return 'Every known provider project is linked. Look for new ones → costs projects discover';
  return projects
    .map(
      ({ name, provider, providerProjectId }) =>
        `${style.green('✔')} ${name} ← ${provider ?? ''} ${providerProjectId ?? ''}`,
    )
    .concat(moveLines(move), fromNowOn)
    .join('\n');
}

/** What moved along with a provider project, and each value that had to give way; nothing where nothing did. */
export function moveLines(move: ProjectMove | null): string[] {
  if (move === null || isEmptyMove(move)) return [];
  const { costs, usage, changes, tags, budgets } = move.moved;
  const counts = [
    plural(costs, 'cost row'),
    plural(usage, 'usage row'),
    plural(changes, 'recorded change'),
    plural(tags, 'tag'),
    plural(budgets, 'budget'),
  ].filter((text) => !text.startsWith('0 '));
  return [
    ...(counts.length === 0 ? [] : [`  moved along: ${counts.join(', ')}`]),
    ...move.gaveWay.map(
      ({ kind, name, at, kept, dropped }) =>
        `  ⚠ ${kind} ${name}${at === null ? '' : ` of ${at}`}: kept ${kept ?? 'none'}, dropped ${dropped ?? 'none'}`,
    ),
  ];
}

export function renderUnlinked({ project, move }: Relinked, { style }: Output): string {
  const line = `${style.green('✔')} ${project.provider ?? ''} ${project.providerProjectId ?? ''} is not linked any more; its rows are under "${project.name}" (${project.id}).`;
  return [line, ...moveLines(move)].join('\n');
}

export function renderRenamed({ project }: { project: Project }, { style }: Output): string {
  return `${style.green('✔')} ${project.id} is now "${project.name}".`;
}
