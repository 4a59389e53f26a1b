import { CostsError, type ErrorDocument } from '../errors.js';
import type { ProjectMove } from './project-move.js';
import type { ProviderId, ProviderProject } from './provider.js';
import { shell } from './shell.js';

/** A project of ours and the provider project its collected rows come from. */
export interface Project {
  id: string;
  name: string;
  /** Null for a project that nothing is collected into. */
  provider: ProviderId | null;
  organizationId: string | null;
  providerProjectId: string | null;
  /** The provider's own name of it. */
  providerName: string | null;
  /** Somebody tied it to the provider project; false for a project made for spend that is not linked. */
  linked: boolean;
  archived: boolean;
}

/** The provider project a link names. */
export interface ProviderProjectRef {
  provider: ProviderId;
  organizationId: string;
  providerProjectId: string;
}

/** A project after its link changed, and what moved to it; null where nothing had to. */
export interface Relinked {
  project: Project;
  move: ProjectMove | null;
}

export interface DiscoveryOutcome {
  /** Names of the projects first seen. */
  created: string[];
  /** Those whose name or archiving the provider changed. */
  updated: number;
  /** Those that took the provider's new name, as they are not linked. */
  renamed: Renamed[];
  total: number;
}

/** What one organization's project list brought. */
export type DiscoveryResult = { provider: ProviderId; organizationId: string; name: string } & (
  ({ status: 'ok'; error?: never } & DiscoveryOutcome) | { status: 'failed'; error: ErrorDocument }
);

/** Projects of a team and what ties them to provider projects. */
export interface ProjectStore {
  /** By name, those of one name by their organizations. */
  list(teamId: string, filter?: { unlinked?: boolean }): Promise<Project[]>;
  /** Keeps what a provider's project list says: new ones as not linked, new names and archivings of known ones. */
  discovered(origin: DiscoveredFrom): Promise<DiscoveryOutcome>;
  /** A team's projects with this id at the provider, in any organization. */
  byProviderProject(teamId: string, provider: ProviderId, providerProjectId: string): Promise<Project[]>;
  /**
   * Ties a provider project to one of ours: the triple and all that hangs on it move in one transaction, and the emptied
   * automatic project is deleted. A null project makes one of that name. Only its own team may.
   * @throws CostsError `conflict` when the project holds another triple, or the triple is linked elsewhere or of another team.
   */
  link(
    providerProject: ProviderProjectRef,
    target: { teamId: string; name: string; project: Project | null },
  ): Promise<Relinked>;
  /** Links every project that is not, or those among them, each under the name it has. */
  linkAll(teamId: string, filter: LinkAllFilter): Promise<Project[]>;
  /** Moves the triple and all that hangs on it to a not-linked project with the provider's name. Legacy rows stay, and their tags. */
  unlink(teamId: string, project: Project): Promise<Relinked>;
  rename(teamId: string, project: Project, name: string): Promise<Project>;
  /** Rows with only an `openai_project_id`, which the first sync that meets their project fills in. */
  countLegacy(teamId: string): Promise<number>;
}

/** Which of the projects that are not linked; all where nothing is said. */
export interface LinkAllFilter {
  provider?: ProviderId;
  organizationId?: string;
  ids?: readonly string[];
}

/** How the projects of an organization are called at the provider. */
export interface ProjectNames {
  provider: ProviderId;
  organizationId: string;
  teamId: string;
  projects: ReadonlyMap<string, ProviderProject>;
}

export interface DiscoveredFrom extends ProjectNames {
  organizationName: string;
}

/** A project before and after it took another name. */
export interface Renamed {
  from: string;
  to: string;
}

/** A row of ours is one provider project. */
export function holdsAlready({ id, name }: Pick<Project, 'id' | 'name'>, held: string): CostsError {
  return new CostsError('conflict', `"${name}" already holds ${held}; a project is one provider project.`, {
    hint: shell`Give both one tag to report them together, or unlink it first: costs projects unlink ${id}`,
  });
}
