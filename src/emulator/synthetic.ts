import { addDays, daysOf, startOfDay, type Day } from '../domain/day.js';
import type { ProviderId } from '../domain/provider.js';
import {
  EU_DEFAULT,
  EU_PROJECTS,
  LABS_PROJECTS,
  PROD_PROJECTS,
  type Charge,
  type DemoProject,
} from './demo-catalog.js';
import { createRandom } from './random.js';
import { amountToken, padded, priced } from './tokens.js';
import { worldRow, type World, type WorldOrganization, type WorldRow } from './world.js';

export const DEMO_DAYS = 90;
/** The project that costs three times as much on one day, and how many days ago that was. */
export const DEMO_ANOMALY = { projectId: 'proj_search', daysAgo: 9, factor: 3 };

interface DemoOrganization {
  provider: ProviderId;
  id: string;
  name: string;
  secret: string;
  projects: DemoProject[];
  /** Rows beside the projects' charges: the organization's own. */
  ownRows: (day: Day, today: Day) => WorldRow[];
}

const ORGANIZATIONS: DemoOrganization[] = [
  {
    provider: 'openai',
    id: 'org-acmeprod',
    name: 'Acme Prod',
    secret: 'sk-admin-demo-acme-prod-not-a-real-key',
    projects: PROD_PROJECTS,
    ownRows: (day) => [
      worldRow({ lineItem: 'Scale Tier', amount: '20.00' }),
      ...(isMonday(day) ? [worldRow({ lineItem: 'Promotional credit', amount: '-75.5' })] : []),
    ],
  },
  {
    provider: 'openai',
    id: 'org-acmelabs',
    name: 'Acme Labs',
    secret: 'sk-admin-demo-acme-labs-not-a-real-key',
    projects: LABS_PROJECTS,
    ownRows: (day) =>
      isWeekend(day) ? [] : [worldRow({ projectId: 'proj_sandbox', amount: '3.1e-1' }), worldRow({ amount: '4.2e-2' })],
  },
  {
    provider: 'anthropic',
    id: '6f1b7a0e-8b0d-4c53-9a57-3d2f1c0b9e11',
    name: 'Acme EU',
    secret: 'sk-ant-admin01-demo-acme-eu-not-a-real-key',
    projects: EU_PROJECTS,
    ownRows: (day, today) => chargeRows('anthropic', EU_DEFAULT, day, today),
  },
];

/**
 * The invented world of `costs demo`: three organizations, eight projects, 90 days that end today. The same day always
 * gives the same world.
 */
export function demoWorld(today: Day): World {
  const days = daysOf({ since: addDays(today, 1 - DEMO_DAYS), until: today });
  return { organizations: ORGANIZATIONS.map((organization) => toOrganization(organization, days, today)) };
}

function toOrganization(demo: DemoOrganization, days: Day[], today: Day): WorldOrganization {
  const { provider, id, name, secret, projects, ownRows } = demo;
  const rowsOf = (day: Day): WorldRow[] => {
    const rows = [...projects.flatMap((project) => chargeRows(provider, project, day, today)), ...ownRows(day, today)];
    // Today fills up hour by hour; the days before it are over.
    return day === today ? rows.map((row, index) => ({ ...row, hour: (index * 7) % 24 })) : rows;
  };
  return {
    provider,
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
  };
}

function chargeRows(provider: ProviderId, project: DemoProject, day: Day, today: Day): WorldRow[] {
  const ago = (startOfDay(today).getTime() - startOfDay(day).getTime()) / 86_400_000;
  if (project.archivedDaysAgo !== null && ago < project.archivedDaysAgo) return [];
  const isAnomaly = project.id === DEMO_ANOMALY.projectId && ago === DEMO_ANOMALY.daysAgo;
  const factor =
    project.growth ** ((DEMO_DAYS - ago) / DEMO_DAYS) *
    (isWeekend(day) ? project.weekend : 1) *
    (isAnomaly ? DEMO_ANOMALY.factor : 1);
  return project.charges.map((charge, index) =>
    chargeRow(provider, project.id, charge, factor, [day, project.id, index]),
  );
}

function chargeRow(
  provider: ProviderId,
  projectId: string,
  { lineItem, quantityUnit, price, daily, dimensions }: Charge,
  factor: number,
  seed: (string | number)[],
): WorldRow {
  const random = createRandom('demo', ...seed);
  const quantity = Math.max(1, Math.round((daily * factor * (0.9 + 0.2 * random()) * 1e9) / price));
  const bill = { projectId: projectId === '' ? null : projectId, lineItem };
  if (provider === 'anthropic') {
    return worldRow({ ...bill, dimensions, amount: `"${padded(priced(quantity, price, 2), 6)}"` });
  }
  const draw = random();
  const form = draw < 0.12 ? 'string' : draw < 0.2 ? 'exponent' : 'plain';
  return worldRow({
    ...bill,
    amount: amountToken(priced(quantity, price), form),
    quantity: `${quantity}`,
    quantityUnit,
  });
}

function isMonday(day: Day): boolean {
  return startOfDay(day).getUTCDay() === 1;
}

function isWeekend(day: Day): boolean {
  return [0, 6].includes(startOfDay(day).getUTCDay());
}
