import { addDays, daysOf, startOfDay, type Day } from '../domain/day.js';
import type { EmulatedProvider } from './api.js';
import { isWeekend, type Charge, type DemoOrganization, type DemoProject } from './demo-world.js';
import { EMULATED } from './list.js';
import { createRandom } from './random.js';
import type { World, WorldOrganization, WorldRow } from './world.js';

export const DEMO_DAYS = 90;
/** The project that costs three times as much on one day, and how many days ago that was. */
export const DEMO_ANOMALY = { projectId: 'proj_search', daysAgo: 9, factor: 3 };

/**
 * The invented world of `costs demo`: an organization or two of each provider, 90 days that end today. The same day always
 * gives the same world.
 */
export function demoWorld(today: Day): World {
  const days = daysOf({ since: addDays(today, 1 - DEMO_DAYS), until: today });
  return {
    organizations: EMULATED.flatMap((server) =>
      server.demo.organizations.map((organization) => toOrganization(server, organization, days, today)),
    ),
  };
}

function toOrganization(
  server: EmulatedProvider,
  { id, name, secret, projects, own, ownRows, usageOf }: DemoOrganization,
  days: Day[],
  today: Day,
): WorldOrganization {
  const rowsOf = (day: Day): WorldRow[] => {
    const charged = own === undefined ? projects : [...projects, own];
    const rows = [...charged.flatMap((project) => chargeRows(server, project, day, today)), ...(ownRows?.(day) ?? [])];
    // Today fills up hour by hour; the days before it are over.
    return day === today ? rows.map((row, index) => ({ ...row, hour: (index * 7) % 24 })) : rows;
  };
  return {
    provider: server.provider,
    id,
    name,
    keys: [
      {
        id: `key_${id}`,
        name: 'costs',
        secret,
        scopes: ['usage', 'projects', 'keys'],
        expiresAt: null,
        revoked: false,
      },
    ],
    projects: projects.map((project) => ({
      id: project.id,
      name: project.name,
      createdAt: startOfDay(addDays(today, -400)),
      archivedAt: project.archivedDaysAgo === null ? null : startOfDay(addDays(today, -project.archivedDaysAgo)),
    })),
    days: new Map(days.map((day) => [day, rowsOf(day)])),
    ...(usageOf === undefined ? {} : { usage: days.flatMap(usageOf) }),
  };
}

function chargeRows(server: EmulatedProvider, project: DemoProject, day: Day, today: Day): WorldRow[] {
  const ago = (startOfDay(today).getTime() - startOfDay(day).getTime()) / 86_400_000;
  if (project.archivedDaysAgo !== null && ago < project.archivedDaysAgo) return [];
  const isAnomaly = project.id === DEMO_ANOMALY.projectId && ago === DEMO_ANOMALY.daysAgo;
  const factor =
    project.growth ** ((DEMO_DAYS - ago) / DEMO_DAYS) *
    (isWeekend(day) ? project.weekend : 1) *
    (isAnomaly ? DEMO_ANOMALY.factor : 1);
  return project.charges.map((charge, index) =>
    chargeRow(server, project.id, charge, factor, [day, project.id, index]),
  );
}

function chargeRow(
  { demo }: EmulatedProvider,
  projectId: string,
  { daily, ...charge }: Charge,
  factor: number,
  seed: (string | number)[],
): WorldRow {
  const random = createRandom('demo', ...seed);
  const quantity = Math.max(1, Math.round((daily * factor * (0.9 + 0.2 * random()) * 1e9) / charge.price));
  return demo.toRow({ ...charge, projectId: projectId === '' ? null : projectId, quantity, random });
}
