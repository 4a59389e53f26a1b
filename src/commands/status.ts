import type { Context } from '../context.js';
import { EXIT_CODES } from '../errors.js';
import { toDay } from '../domain/day.js';
import { organizationRef } from '../domain/organization.js';
import { FIRST_DAY } from '../domain/period.js';
import type { Status } from '../domain/status.js';
import { describeAltered } from '../output/findings.js';
import { renderStatus } from '../output/status.js';
import { defineCommand, option, asItIs } from './define.js';
import { noOrganization, registeredOrganizations } from '../library/organizations.js';
import { resolveRowFilter } from '../library/row-filter.js';
import { readSameDollars } from '../library/same-dollars.js';
import { organizationOption, providerOption } from './options.js';
import { describeOrganization, findTrouble } from './status/organization.js';
import type { Selection } from '../library/requests.js';

export interface StatusOptions extends Selection {
  check?: boolean;
}

export const command = defineCommand({
  name: 'status',
  description: 'What was read of each organization, what is missing, and what is not linked.',
  options: [
    providerOption(),
    organizationOption(),
    option(
      '--check',
      'exit 1 on a gap, a day read only half-way or changed outside costs, dollars that two organizations bill, or an organization not read since yesterday',
    ),
  ],
  examples: ['costs status', 'costs status --check --quiet'],
  readsOnly: true,
  run,
  document: asItIs<Status>,
  render: renderStatus,
  exitCode: ({ findings }, { check }) => (check === true && findings.length > 0 ? EXIT_CODES.finding : 0),
  isCheck: ({ check }) => check === true,
});

async function run(options: StatusOptions, context: Context) {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const now = await context.clock();
  const organizations = [];
  const findings: Status['findings'] = [];
  const unfinished = await store.collection.unfinishedSyncs(team.id, 'billed');
  const asked = await registeredOrganizations(context, options);
  const isAll = options.provider === undefined && options.organization === undefined;
  for (const organization of asked) {
    const { name } = organization;
    const collected = await store.collection.collectedDays(organization);
    const described = describeOrganization(organization, collected, now, unfinished);
    organizations.push(described);
    findings.push(...findTrouble(described, organization, now));
    for (const misfit of await store.collection.openMisfits(organization)) {
      const { message, hint } = describeAltered(misfit, organization);
      findings.push({ organization: name, kind: 'altered', message, hint });
    }
  }
  if (options.check === true && organizations.length === 0) throw noOrganization();
  const refs = new Set(asked.map(organizationRef));
  const sameDollars = (await readSameDollars(context)).filter(
    ({ sources }) => isAll || sources.some((source) => refs.has(organizationRef(source))),
  );
  const news = (await store.collection.news(team.id)).filter(
    (each) => isAll || asked.some(({ provider }) => provider === each.provider),
  );
  for (const { isTwice, sources, message, hint } of sameDollars)
    if (isTwice) findings.push({ organization: sources[1].organization, kind: 'twice', message, hint });
  const filter = await resolveRowFilter(options, { since: FIRST_DAY, until: toDay(now) }, context);
  const { projects, totals } = await store.reports.unlinked(filter);
  return {
    team: team.name,
    store: store.database.label,
    now: now.toISOString(),
    organizations,
    unlinked: { projects, totals },
    news: news.map(({ firstSeenAt, ...each }) => ({ ...each, firstSeenAt: firstSeenAt.toISOString() })),
    sameDollars,
    findings,
  };
}
