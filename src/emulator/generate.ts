import { addDays, daysOf, startOfDay, type Day, type DaySpan } from '../domain/day.js';
import { emulated } from './list.js';
import { createRandom } from './random.js';
import type { GeneratedOrganization, World, WorldOrganization, WorldRow } from './world.js';

export interface GenerateOptions {
  seed: number;
  /** The last day that has rows. */
  until: Day;
  /** How many days have rows, `until` included. */
  days: number;
  organizations: GeneratedOrganization[];
}

/**
 * A world with everything a bill may hold: spend without project or line item, credits, amounts of twenty digits, with
 * exponents and as strings, descriptions split over context window, tier and geography, and rows that come twice in one
 * bucket. It follows from the options alone, and a day's rows from the seed, the organization and the day.
 */
export function generateWorld(options: GenerateOptions): World {
  const { seed, organizations } = options;
  const span = spanOf(options);
  return {
    organizations: organizations.map((asked) => ({
      ...emptyOrganization(asked, span.since),
      days: new Map(daysOf(span).map((day) => [day, generateDay(seed, asked, day)])),
    })),
  };
}

/** The same world with its days made only when they are asked for; a day that is edited is kept from then on. */
export function lazyWorld(options: GenerateOptions): World {
  const { seed, organizations } = options;
  const span = spanOf(options);
  return {
    organizations: organizations.map((organization) => ({
      ...emptyOrganization(organization, span.since),
      generated: { seed, span, organization },
    })),
  };
}

/** The rows the organization is charged on a day. */
export function rowsOfDay({ days, generated }: WorldOrganization, day: Day): WorldRow[] {
  const rows = days.get(day);
  if (rows !== undefined) return rows;
  if (generated === undefined || day < generated.span.since || day > generated.span.until) return [];
  return generateDay(generated.seed, generated.organization, day);
}

function spanOf({ until, days }: GenerateOptions): DaySpan {
  return { since: addDays(until, 1 - days), until };
}

function generateDay(seed: number, organization: GeneratedOrganization, day: Day): WorldRow[] {
  const random = createRandom('generate', seed, organization.id, day);
  const projects = Array.from({ length: organization.projects }, (_, index) => projectId(organization, index));
  const rows: WorldRow[] = [];
  for (const project of projects) {
    for (let index = 0; index < organization.lineItems; index++) {
      const row = generateRow(organization, project, index, random);
      rows.push(row);
      if (random() < 0.04) rows.push({ ...row });
    }
  }
  return rows;
}

function generateRow(
  { provider, currencies = [] }: GeneratedOrganization,
  project: string,
  index: number,
  random: () => number,
): WorldRow {
  const other = currencies.length > 0 && random() < 0.03 ? currencies[Math.floor(random() * currencies.length)] : null;
  const currency = other ?? 'usd';
  const owner = { projectId: random() < 0.05 ? null : project };
  const amount = generateAmount(random);
  return emulated(provider).generateRow({ ...owner, index, amount, currency, random });
}

/** Mostly a few dollars with up to ten decimals; sometimes twenty digits, next to nothing, or a credit. */
function generateAmount(random: () => number): string {
  const draw = random();
  const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
  if (draw < 0.06) return `${1 + Math.floor(random() * 9)}${digits(1)}.${digits(17)}${1 + Math.floor(random() * 9)}`;
  if (draw < 0.1) return `0.${'0'.repeat(8 + Math.floor(random() * 8))}${1 + Math.floor(random() * 9)}`;
  const usual = `${Math.floor(random() ** 3 * 40)}.${digits(1 + Math.floor(random() * 9))}${1 + Math.floor(random() * 9)}`;
  return draw < 0.15 ? `-${usual}` : usual;
}

/** An organization with its key and projects, every fifth of which is archived, and no spend yet. */
function emptyOrganization(asked: GeneratedOrganization, createdOn: Day): WorldOrganization {
  const { provider, id, name = id, projects } = asked;
  const createdAt = startOfDay(createdOn);
  return {
    provider,
    id,
    name,
    keys: [
      {
        id: `key_${id}`,
        name: 'costs',
        secret: `${emulated(provider).keyPrefix}${id}-not-a-real-key`,
        scopes: ['usage', 'projects', 'keys'],
        expiresAt: null,
        revoked: false,
      },
    ],
    projects: Array.from({ length: projects }, (_, index) => ({
      id: projectId(asked, index),
      name: `Project ${index + 1}`,
      createdAt,
      archivedAt: index % 5 === 4 ? createdAt : null,
    })),
    days: new Map(),
  };
}

function projectId({ provider, id }: GeneratedOrganization, index: number): string {
  return `${emulated(provider).projectIdPrefix}${id}_${index + 1}`;
}
