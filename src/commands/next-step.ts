import type { Context } from '../context.js';
import { toDay } from '../domain/day.js';
import { renderNextStep, type NextStep } from '../output/next-step.js';
import { asItIs, defineCommand } from './define.js';

/** `costs` alone. Makes no store where there is none. */
export const nextStep = defineCommand({
  name: 'costs',
  description: 'Where one stands, and what to do next.',
  examples: ['costs'],
  run: (_options: object, context: Context) => findNextStep(context),
  document: asItIs<NextStep>,
  render: renderNextStep,
});

async function findNextStep(context: Context): Promise<NextStep> {
  const look = { command: 'costs demo', why: 'to look around on synthetic spend' };
  if (!(await context.hasStore())) {
    return {
      state: 'Nothing is set up here yet.',
      next: [look, { command: 'costs keys add', why: "to register an organization's admin key" }],
    };
  }
  const store = await context.store();
  const teams = await store.teams.list();
  if (teams.length === 0)
    return { state: `${store.database.label} has no team yet.`, next: [{ command: 'costs init', why: 'to make one' }] };

  const team = await context.team();
  const organizations = (await store.keys.list(team.id)).filter(({ isActive }) => isActive);
  if (organizations.length === 0) {
    return {
      state: `${team.name} has no active organization.`,
      next: [{ command: 'costs keys add', why: "to register one's admin key" }, look],
    };
  }
  const days = await Promise.all(
    organizations.map(({ provider, organizationId }) => store.collection.collectedDays(provider, organizationId)),
  );
  const today = toDay(await context.clock());
  const stale = days.filter((each) => each.at(-1)?.day !== today).length;
  const unlinked = await store.projects.list(team.id, { unlinked: true });
  const next = [
    ...(stale > 0
      ? [{ command: 'costs sync', why: `to read ${stale} of ${organizations.length} organizations up to today` }]
      : []),
    ...(unlinked.length > 0
      ? [
          {
            command: 'costs projects list --unlinked',
            why: `to see ${unlinked.length} provider projects that are not linked`,
          },
        ]
      : []),
    { command: 'costs report', why: 'to see the month to date' },
    { command: 'costs status', why: 'to see what was read and what is missing' },
  ];
  return { state: `${team.name}: ${organizations.length} organizations in ${store.database.label}.`, next };
}
