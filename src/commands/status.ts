import type { Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import type { Documents } from '../documents.js';
import type { RegisteredOrganization } from '../domain/organization.js';
import { EXIT_CODES } from '../errors.js';
import type { Status } from '../domain/status.js';
import { renderStatus } from '../output/status.js';
import {
  addExamples,
  addGlobalOptions,
  organizationOption,
  providerOption,
  setExitCode,
  type SelectionOptions,
} from './options.js';
import { describeOrganization, findTrouble } from './status/organization.js';

export interface StatusOptions extends SelectionOptions {
  check?: boolean;
}

/** `costs status` */
export function addStatusCommand(parent: Command, open: OpenContext, run = statusCommand): Command {
  const command = parent
    .command('status')
    .description('What was read of each organization, what is missing, and what is not linked.')
    .addOption(providerOption())
    .addOption(organizationOption())
    .option('--check', 'exit 1 on a gap, a day read only half-way, or an organization not read since yesterday')
    .action(async (options: StatusOptions) => setExitCode(await run(options, open(command.optsWithGlobals()))));
  addGlobalOptions(command);
  return addExamples(command, ['costs status', 'costs status --check --quiet']);
}

export async function statusCommand(options: StatusOptions, context: Context): Promise<number> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const now = context.now();
  const organizations = [];
  for (const organization of (await store.organizations.list(team.id)).filter((each) => fits(each, options))) {
    const collected = await store.collection.collectedDays(organization.provider, organization.organizationId);
    organizations.push(describeOrganization(organization, collected, now));
  }
  const status: Status = {
    team: team.name,
    store: store.database.label,
    now: now.toISOString(),
    organizations,
    unlinked: await store.reports.unlinked(team.id),
    findings: organizations.flatMap((each) => findTrouble(each, now)),
  };
  context.output.write<Documents['status']>(status, renderStatus);
  return options.check === true && status.findings.length > 0 ? EXIT_CODES.finding : 0;
}

function fits(each: RegisteredOrganization, { provider, organization }: SelectionOptions): boolean {
  if (provider !== undefined && each.provider !== provider) return false;
  return organization === undefined || each.organizationId === organization || each.name === organization;
}
