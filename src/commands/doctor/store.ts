import type { Context } from '../../context.js';
import type { Check } from '../../domain/check.js';
import { asCostsError } from '../../errors.js';
import { legacyProvider } from '../../providers/registry.js';
import { listOrganizations } from '../organizations.js';

/** A clock further off than this makes days look open or closed that are not. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Whether the database can be reached and has the schema this version needs. */
export async function checkDatabase(context: Context): Promise<{ checks: Check[]; usable: boolean }> {
  const checks: Check[] = [];
  try {
    const database = await context.database();
    checks.push({ name: 'Database', status: 'ok', message: database.label });
  } catch (thrown) {
    return { checks: [failed('Database', thrown)], usable: false };
  }
  try {
    await context.store();
    checks.push({ name: 'Schema', status: 'ok', message: 'current' });
    return { checks, usable: true };
  } catch (thrown) {
    return { checks: [...checks, failed('Schema', thrown)], usable: false };
  }
}

/** What the rows themselves tell. */
export async function checkStore(context: Context): Promise<Check[]> {
  const store = await context.store();
  const teams = await store.teams.list();
  if (teams.length === 0) return [{ name: 'Team', status: 'failed', message: 'There is no team.', hint: 'costs init' }];
  const checks: Check[] = [{ name: 'Teams', status: 'ok', message: teams.map(({ name }) => name).join(', ') }];

  const off = Math.abs((await store.collection.clock()).getTime() - context.now().getTime());
  checks.push(
    off <= CLOCK_TOLERANCE_MS
      ? { name: 'Clock', status: 'ok', message: "agrees with the database's" }
      : {
          name: 'Clock',
          status: 'warning',
          message: `This machine and the database differ by ${Math.round(off / 60_000)} minutes.`,
          hint: 'Synchronize both clocks (NTP).',
        },
  );
  checks.push(await checkLegacyProjects(context));
  return checks;
}

async function checkLegacyProjects(context: Context): Promise<Check> {
  const store = await context.store();
  const waiting = await store.projects.countLegacy();
  const name = 'Legacy projects';
  if (waiting === 0) return { name, status: 'ok', message: 'none waits for its organization' };
  const organizations = await listOrganizations(store);
  const { id, name: company } = legacyProvider();
  const owners = organizations.filter(({ provider, isActive }) => provider === id && isActive);
  const message = `${waiting} with only an openai_project_id wait for their organization.`;
  if (owners.length === 0)
    return {
      name,
      status: 'warning',
      message,
      hint: `Register the ${company} organization they belong to: costs keys add --provider ${id}`,
    };
  const names = owners.map((each) => each.name).join(', ');
  return {
    name,
    status: 'warning',
    message,
    hint: `The next sync of ${names} fills them in where they are its projects: costs sync --provider ${id}`,
  };
}

function failed(name: string, thrown: unknown): Check {
  const { message, hint } = asCostsError(thrown);
  return { name, status: 'failed', message, ...(hint === undefined ? {} : { hint }) };
}
