import type { Context } from '../context.js';
import type { Dashboard } from '../domain/dashboard.js';
import { startOfMonthOf, toDay } from '../domain/day.js';
import type { RegisteredOrganization } from '../domain/organization.js';
import { plural } from '../domain/words.js';
import { shell } from '../domain/shell.js';
import { renderDashboard } from '../output/dashboard.js';
import { readSpend } from './dashboard/spend.js';
import { asItIs, defineCommand } from './define.js';

type Step = Dashboard['next'][number];

/** `costs` alone. Makes no store where there is none. */
export const dashboard = defineCommand({
  name: 'costs',
  description: 'What yesterday and this month cost, what is to come, what moved, and what to do next.',
  examples: ['costs'],
  readsOnly: true,
  run: (_options: object, context: Context) => look(context),
  document: asItIs<Dashboard>,
  render: renderDashboard,
});

const LOOK: Step = { command: 'costs demo', why: 'to look around on synthetic spend' };

async function look(context: Context): Promise<Dashboard> {
  if (!(await context.hasStore()))
    return begin('Nothing is set up here yet.', LOOK, addKey("to register an organization's admin key"));
  const store = await context.store();
  if ((await store.teams.list()).length === 0)
    return begin(`${store.database.label} has no team yet.`, { command: 'costs init', why: 'to make one' });
  const team = await context.team();
  const projects = await store.projects.list(team.id);
  const registered = await store.organizations.list(team.id);
  // Rows of the old system have projects, and no organization.
  if (projects.length === 0 && registered.length === 0)
    return begin(`${team.name} has no organization yet.`, addKey("to register one's admin key"), LOOK);
  const today = toDay(await context.clock());
  const { spend, organizations } = await readSpend(store, team, today, projects);
  const unlinked = projects.filter(({ linked, providerProjectId }) => !linked && providerProjectId !== null).length;
  const active = organizations.filter(({ isActive }) => isActive);
  return {
    state: `${team.name}: ${plural(organizations.length, 'organization')} in ${store.database.label}.`,
    spend,
    next: [
      ...(active.length === 0 ? toCollect(registered) : []),
      ...toRead(active.filter(({ readAt }) => !readAt.has(today)).length, active.length),
      ...(unlinked > 0
        ? [{ command: 'costs projects link', why: `to link ${plural(unlinked, 'provider project')}` }]
        : []),
      // On the first of a month none of its days is over.
      ...(today === startOfMonthOf(today)
        ? []
        : [{ command: 'costs explain mtd --against last-month', why: 'why it changed' }]),
      { command: 'costs report', why: 'the month to date by project' },
      { command: 'costs status', why: 'what was read, and what is missing' },
    ],
  };
}

function begin(state: string, ...next: Step[]): Dashboard {
  return { state, spend: null, next };
}

function addKey(why: string): Step {
  return { command: 'costs keys add', why };
}

/** Files that were imported need no key. */
function toCollect(registered: readonly RegisteredOrganization[]): Step[] {
  if (registered.some(({ billSource }) => billSource === 'files')) return [];
  const disabled = registered.find(({ hasKey }) => hasKey);
  if (disabled === undefined) return [addKey('as no organization has an active key')];
  return [{ command: shell`costs keys enable ${disabled.organizationId}`, why: 'as no key is enabled' }];
}

function toRead(stale: number, of: number): Step[] {
  return stale === 0
    ? []
    : [{ command: 'costs sync', why: `to read ${stale} of ${plural(of, 'organization')} up to today` }];
}
