import type { Context } from '../../context.js';
import { holdsAlready, type Project, type ProviderProjectRef, type Relinked } from '../../domain/project.js';
import { toDay } from '../../domain/day.js';
import { compare, parseDecimal } from '../../domain/decimal.js';
import { LINK_POLICIES, type LinkPolicy, type RegisteredOrganization } from '../../domain/organization.js';
import { lastDays, resolvePeriod } from '../../domain/period.js';
import type { ProviderId } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { renderLinked, type Linked, type LinkRule } from '../../output/projects.js';
import { formatAmounts } from '../../output/format.js';
import { argument, defineCommand, option, asItIs } from '../define.js';
import { findProject, requireProject } from '../../library/find.js';
import { providerOption } from '../options.js';
import { noOrganization, registeredOrganizations } from '../../library/organizations.js';
import { resolveProviderProject } from './resolve.js';
import { organizationRef } from '../../domain/organization.js';
import { groupBy } from '../../domain/group-into.js';

export interface LinkOptions {
  /** Ours. */
  project?: string;
  provider?: ProviderId;
  organization?: string;
  providerProject?: string;
  create?: boolean;
  all?: boolean;
  new?: LinkPolicy;
}

export const linkProject = defineCommand({
  name: 'projects link',
  description: 'Ties a provider project to one of ours; what was collected of it moves along.',
  arguments: [argument('[project]', 'our project, by name or id')],
  options: [
    providerOption('the provider of the provider project'),
    option('--provider-project <id>', "the provider's id of its project or workspace"),
    option('--organization <name|id>', 'its organization, where the provider has several'),
    option('--create', 'make the project when there is none of that name'),
    option('--all', 'link every provider project that is not linked, under its own name'),
    option('--new <policy>', 'whether provider projects that are first seen from now on are linked at once').choices(
      LINK_POLICIES,
    ),
  ],
  examples: [
    'costs projects link',
    'costs projects link --all --new all',
    'costs projects link Search --provider openai --provider-project proj_1 --create',
  ],
  async run(options: LinkOptions, context: Context) {
    if (options.all === true) requireNoProject(options);
    const ruled = options.new === undefined ? [] : await registeredOrganizations(context, options);
    const setRule = () => setPolicy(options.new, ruled, context);
    if (options.all !== true && !isBare(options)) {
      const { project, move } = await linkOne(options, context);
      return { projects: [project], move, rule: await setRule() };
    }
    // Before all are linked: one that comes meanwhile is linked by the rule.
    const rule = await setRule();
    if (options.all !== true && rule !== null) return { projects: [], move: null, rule };
    const projects = options.all === true ? await linkAll(options, context) : await linkChosen(options, context);
    if (projects.length === 0 && (await registeredOrganizations(context, {})).length === 0) throw noOrganization();
    return { projects, move: null, rule };
  },
  document: asItIs<Linked>,
  render: renderLinked,
});

/** Nothing says which project. */
function isBare({ project, providerProject }: LinkOptions): boolean {
  return project === undefined && providerProject === undefined;
}

async function setPolicy(
  policy: LinkPolicy | undefined,
  organizations: readonly RegisteredOrganization[],
  context: Context,
): Promise<LinkRule | null> {
  if (policy === undefined) return null;
  const [store, team] = await Promise.all([context.store(), context.team()]);
  for (const { provider, organizationId } of organizations)
    await store.organizations.setLinkPolicy(team.id, provider, organizationId, policy);
  return { policy, organizations: organizations.map(({ name }) => name) };
}

/** How far back the spend goes that the list is sorted by. */
const SPEND_DAYS = 30;

/** One checklist of what is not linked, the most expensive first. */
async function linkChosen(selection: LinkOptions, context: Context): Promise<Project[]> {
  requirePerson(context, selection);
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const registered = await registeredOrganizations(context, selection);
  const nameOf = new Map(registered.map((each) => [organizationRef(each), each.name]));
  const unlinked = (await store.projects.list(team.id, { unlinked: true })).filter((each) =>
    nameOf.has(organizationRef(each)),
  );
  if (unlinked.length === 0) return [];
  const spend = await spendOf(context, team.id);
  const most = ({ id }: Project) => parseDecimal(spend.get(id)?.[0].cost ?? '0');
  const sorted = unlinked.sort((a, b) => compare(most(b), most(a)) || (a.name < b.name ? -1 : 1));
  const rows = sorted.map((each) => [
    each.name,
    nameOf.get(organizationRef(each)) ?? each.organizationId ?? '',
    formatAmounts(spend.get(each.id) ?? []) || '–',
  ]);
  const chosen = await context.output.prompt.checklist(`Which are yours? Spend of the last ${SPEND_DAYS} days.`, rows);
  if (chosen.length === 0) throw new CostsError('declined', 'None was chosen; nothing was changed.');
  return store.projects.linkAll(team.id, { ids: chosen.flatMap((index) => sorted[index]?.id ?? []) });
}

/** By project, the largest amount first. */
async function spendOf(context: Context, teamId: string) {
  const today = toDay(await context.clock());
  const { since, until } = resolvePeriod({}, today, lastDays(SPEND_DAYS));
  const { reports } = await context.store();
  const { rows } = await reports.run({ teamId, since, until, groupBy: ['project'], basis: 'billed' }, today);
  const known = rows.flatMap(({ projectId, cost, currency }) => (cost === null ? [] : [{ projectId, cost, currency }]));
  known.sort((a, b) => compare(parseDecimal(b.cost), parseDecimal(a.cost)));
  return groupBy(known, ({ projectId }) => projectId);
}

function requireNoProject(options: LinkOptions): void {
  if (isBare(options)) return;
  throw new CostsError('usage', '--all links every project; it goes with no project of its own.', {
    hint: 'costs projects link --help',
  });
}

async function linkAll(options: LinkOptions, context: Context): Promise<Project[]> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const [only] = options.organization === undefined ? [] : await registeredOrganizations(context, options);
  return store.projects.linkAll(team.id, {
    ...(options.provider === undefined ? {} : { provider: options.provider }),
    ...(only === undefined ? {} : { provider: only.provider, organizationId: only.organizationId }),
  });
}

function requirePerson({ output }: Context, { provider, providerProject }: LinkOptions): void {
  if (output.interactive) return;
  const missing = [
    ...(provider === undefined ? ['--provider'] : []),
    ...(providerProject === undefined ? ['--provider-project'] : []),
  ];
  throw new CostsError(
    'usage',
    `Which provider project? ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
    { hint: 'Say it, or link all by the names they have: costs projects link --all' },
  );
}

async function linkOne(options: LinkOptions, context: Context): Promise<Relinked> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const { project: name = options.providerProject ?? '' } = options;
  const source = await providerProjectOf(options, context);
  const mayBeNew = options.create === true || context.output.interactive;
  const project = mayBeNew
    ? await findProject(context, name)
    : await requireProject(context, name, 'Add --create to make it, or see: costs projects list');
  if (project === null && options.create !== true) await confirmCreation(name, context);
  return store.projects.link(source, { teamId: team.id, name, project });
}

async function confirmCreation(name: string, { output }: Context): Promise<void> {
  if (await output.prompt.confirm(`There is no project "${name}". Make it?`, { default: true })) return;
  throw new CostsError('declined', 'Nothing was changed.');
}

/** A provider project that is not said is chosen from those that are not linked and fit what is said. */
async function providerProjectOf(options: LinkOptions, context: Context): Promise<ProviderProjectRef> {
  const { provider, providerProject, organization } = options;
  if (provider !== undefined && providerProject !== undefined)
    return resolveProviderProject(context, {
      provider,
      providerProject,
      ...(organization === undefined ? {} : { organization }),
    });
  requirePerson(context, options);
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const [only] = organization === undefined ? [] : await registeredOrganizations(context, options);
  const unlinked = (await store.projects.list(team.id, { unlinked: true })).filter(
    (each) =>
      (provider === undefined || each.provider === provider) &&
      (providerProject === undefined || each.providerProjectId === providerProject) &&
      (only === undefined || organizationRef(each) === organizationRef(only)),
  );
  if (unlinked.length === 0)
    throw new CostsError('conflict', 'Every known provider project that fits is linked.', {
      hint: 'Look for new ones: costs projects discover',
    });
  const choices = unlinked.map((project) => ({
    name: `${project.name}  (${project.provider ?? ''} ${project.providerProjectId ?? ''})`,
    value: project,
  }));
  // Whatever is chosen would be refused.
  const own = options.project === undefined ? null : await findProject(context, options.project);
  if (own !== null && own.providerProjectId !== null && !unlinked.some(({ id }) => id === own.id))
    throw holdsAlready(own, own.providerProjectId);
  const chosen = await context.output.prompt.choose('Which provider project?', choices);
  return {
    provider: chosen.provider as ProviderId,
    organizationId: chosen.organizationId ?? '',
    providerProjectId: chosen.providerProjectId ?? '',
  };
}
