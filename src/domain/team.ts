import { cleanName } from './text.js';

/** The tenant that owns keys, members and figures, usually a company. */
export interface Team {
  id: string;
  name: string;
}

/** Whether a person may mean the team by it. */
export function goesBy({ id, name }: Team, nameOrId: string): boolean {
  return id === nameOrId || name === cleanName(nameOrId);
}

export interface TeamStore {
  list(): Promise<Team[]>;
  /**
   * The team of that name or id, or the only one there is. The embedded store makes a first one by itself, so that a
   * newcomer can begin with `costs keys add`.
   * @throws CostsError `conflict` when there is none, more than one, or none of that name
   */
  choose(nameOrId: string | null): Promise<Team>;
  /**
   * The team of that name or id, created where there is none. On the embedded store the team that made itself takes the name.
   * @returns whether it is new
   */
  open(nameOrId: string): Promise<Team & { created: boolean }>;
}
