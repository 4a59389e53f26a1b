import { addDays, daysOf, startOfDay, type Day } from '../domain/day.js';
import { emulated } from './list.js';
import { createRandom } from './random.js';
import type { WorldUsageRow } from './usage-world.js';
import type { WorldOrganization } from './world.js';

export interface UsageOptions {
  seed: number;
  /** The last day that has usage. */
  until: Day;
  days: number;
  /** Rows of each kind of usage a project and day. */
  perDay: number;
  models: string[];
}

/** Usage of every endpoint at random hours, by the organization's projects and by none. It follows from the options alone. */
export function generateUsage(
  organization: WorldOrganization,
  { seed, until, days, perDay, models }: UsageOptions,
): WorldUsageRow[] {
  const owners = [...organization.projects.map(({ id }) => id), null];
  const { endpoints, generateRow } = emulated(organization.provider).usage;
  return daysOf({ since: addDays(until, 1 - days), until }).flatMap((day) =>
    owners.flatMap((owner) =>
      endpoints.flatMap((endpoint) =>
        Array.from({ length: perDay }, (_, index) => {
          const random = createRandom('usage', seed, organization.id, day, owner ?? '', endpoint, index);
          const at = new Date(startOfDay(day).getTime() + Math.floor(random() * 1440) * 60_000);
          const model = models[Math.floor(random() * models.length)] ?? '';
          return { at, endpoint, ...generateRow({ owner, endpoint, model, random }) };
        }),
      ),
    ),
  );
}
