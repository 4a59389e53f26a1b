import type { Context } from '../context.js';
import { EXIT_CODES } from '../errors.js';
import type { Status } from '../domain/status.js';
import { renderStatus } from '../output/status.js';
import { defineCommand, option } from './define.js';
import { requireOrganization } from './find.js';
import { organizationOption, providerOption, type SelectionOptions } from './options.js';
import { describeOrganization, findTrouble } from './status/organization.js';

export interface StatusOptions extends SelectionOptions {
  check?: boolean;
}

export const status = defineCommand({
  name: 'status',
  description: 'What was read of each organization, what is missing, and what is not linked.',
  options: [
    providerOption(),
    organizationOption(),
    option('--check', 'exit 1 on a gap, a day read only half-way, or an organization not read since yesterday'),
  ],
  examples: ['costs status', 'costs status --check --quiet'],
  run,
  render: renderStatus,
  exitCode: ({ findings }, { check }) => (check === true && findings.length > 0 ? EXIT_CODES.finding : 0),
});

async function run(options: StatusOptions, context: Context): Promise<Status> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const now = context.now();
  const { provider } = options;
  const registered = (await store.organizations.list(team.id)).filter(
    (each) => provider === undefined || each.provider === provider,
  );
  const chosen =
    options.organization === undefined ? registered : [requireOrganization(options.organization, registered)];
  const organizations = [];
  for (const organization of chosen) {
    const collected = await store.collection.collectedDays(organization.provider, organization.organizationId);
    organizations.push(describeOrganization(organization, collected, now));
  }
  return {
    team: team.name,
    store: store.database.label,
    now: now.toISOString(),
    organizations,
    unlinked: await store.reports.unlinked(team.id),
    findings: organizations.flatMap((each) => findTrouble(each, now)),
  };
}
