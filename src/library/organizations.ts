import type { KeyRow } from '../domain/access.js';
import type { Organization } from '../domain/collection.js';
import type { RegisteredOrganization } from '../domain/organization.js';
import { CostsError } from '../errors.js';
import { noOrganizationOf, requireOrganization } from './find.js';
import type { Workplace } from './workplace.js';
import { shell } from '../domain/shell.js';
import type { Selection } from './requests.js';

/**
 * The team's organizations that a selection leaves, those without a key included.
 * @throws CostsError `usage` when none goes by the name, or none is of the provider
 */
export async function registeredOrganizations(
  work: Workplace,
  { provider, organization }: Selection,
): Promise<RegisteredOrganization[]> {
  const [store, team] = await Promise.all([work.store(), work.team()]);
  const registered = await store.organizations.list(team.id);
  const asked = registered.filter((each) => provider === undefined || each.provider === provider);
  if (provider !== undefined && asked.length === 0) throw noOrganizationOf(provider);
  return organization === undefined ? asked : [requireOrganization(organization, asked)];
}

/** All that has a key or a folder, disabled ones as well. */
export async function registeredKeys({ store }: Pick<Workplace, 'store'>, teamId: string): Promise<KeyRow[]> {
  const { keys } = await (await store()).access();
  return keys.list(teamId);
}

/**
 * The team's active organizations that a selection leaves.
 * @throws CostsError `usage` when none is registered or active, or none goes by the name
 */
export async function selectOrganizations(
  work: Workplace,
  { provider, organization }: Selection,
): Promise<Organization[]> {
  const team = await work.team();
  const registered = await registeredKeys(work, team.id);
  if (registered.length === 0) throw await nothingToAsk(work, team.id);
  const asked = registered.filter((each) => provider === undefined || each.provider === provider);
  const chosen = organization === undefined ? asked : [requireOrganization(organization, asked)];
  const active = chosen.filter(({ isActive }) => isActive);
  if (active.length > 0) return active;
  const [first, ...others] = chosen;
  if (first === undefined) throw new CostsError('usage', 'No active organization fits.', { hint: 'costs keys list' });
  throw allDisabled(first, others);
}

/** Of organizations that are registered, none of which is collected. */
export function allDisabled(
  { name, organizationId }: Pick<Organization, 'name' | 'organizationId'>,
  others: readonly unknown[],
): CostsError {
  return others.length === 0
    ? new CostsError('usage', `The key of ${name} is disabled, so that it is not collected.`, {
        hint: shell`To collect ${name} again: costs keys enable ${organizationId}`,
      })
    : new CostsError('usage', `The keys of all ${others.length + 1} organizations that were asked for are disabled.`, {
        hint: shell`To collect ${name} again, and likewise the others: costs keys enable ${organizationId}`,
      });
}

/** Figures of files that were imported, and of keys that were removed, are there all the same. */
async function nothingToAsk(work: Workplace, teamId: string): Promise<CostsError> {
  const known = await (await work.store()).organizations.list(teamId);
  if (known.length === 0) return noOrganization();
  return known.every(({ billSource }) => billSource === 'files')
    ? new CostsError(
        'usage',
        'What is stored was imported from files, and no folder of them is registered to be read.',
        {
          hint: 'To register one, give --from-path FOLDER: costs keys add --help',
        },
      )
    : new CostsError('usage', 'No organization has a key or a folder to be read.', {
        hint: 'costs keys add',
      });
}

/** All organizations of the team. @throws CostsError `usage` where there is none, and no project either: no figure is zero then */
export async function organizationsOfTeam(work: Workplace): Promise<RegisteredOrganization[]> {
  const [store, team] = await Promise.all([work.store(), work.team()]);
  const organizations = await store.organizations.list(team.id);
  if (organizations.length === 0 && (await store.projects.list(team.id)).length === 0) throw noOrganization();
  return organizations;
}

/** Where nothing is known there is nothing that could be right: a job with another store than it was meant for must not pass. */
export function noOrganization(): CostsError {
  return new CostsError('usage', 'No organization is registered.', { hint: 'costs keys add' });
}
