import type { Context } from '../../context.js';
import { CLOCKS_AGREE_MS } from '../../domain/clock.js';
import { failedLook, type Diagnostic } from '../../domain/diagnostic.js';
import type { Team } from '../../domain/team.js';
import { legacyProvider } from '../../providers/registry.js';
import { formatDuration } from '../../output/format.js';
import type { Store } from '../../store/store.js';
import { describeOrphans } from '../../domain/orphans.js';
import { shell } from '../../domain/shell.js';

/** Whether the database can be reached and has the schema this version needs. */
export async function checkDatabase(context: Context): Promise<{ checks: Diagnostic[]; usable: boolean }> {
  const checks: Diagnostic[] = [];
  try {
    const database = await context.database();
    checks.push({ name: 'Database', status: 'ok', message: database.label });
  } catch (thrown) {
    return { checks: [failedLook('Database', thrown)], usable: false };
  }
  try {
    await context.store();
    checks.push({ name: 'Schema', status: 'ok', message: 'current' });
    return { checks, usable: true };
  } catch (thrown) {
    return { checks: [...checks, failedLook('Schema', thrown)], usable: false };
  }
}

/** What the rows themselves tell. @returns the team whose organizations are looked at next; null where none can be */
export async function checkStore(context: Context): Promise<{ checks: Diagnostic[]; team: Team | null }> {
  const store = await context.store();
  const checks: Diagnostic[] = [await checkRights(context)];
  // What is hidden from this role would end every other look.
  if (checks.some(({ status }) => status === 'failed')) return { checks, team: null };
  const missing: Diagnostic = { name: 'Team', status: 'failed', message: 'There is no team.', hint: 'costs init' };
  if ((await store.teams.list()).length === 0) return { checks: [...checks, missing], team: null };
  let team: Team;
  try {
    team = await context.team();
  } catch (thrown) {
    return { checks: [...checks, failedLook('Team', thrown)], team: null };
  }
  checks.push({ name: 'Team', status: 'ok', message: team.name });

  const off = Math.abs((await context.clock()).getTime() - context.now().getTime());
  checks.push(
    off <= CLOCKS_AGREE_MS
      ? { name: 'Clock', status: 'ok', message: "agrees with the database's" }
      : {
          name: 'Clock',
          status: 'warning',
          message: `This machine and the database differ by ${formatDuration(off)}; days go by the database's clock.`,
          hint: 'Synchronize both clocks (NTP).',
        },
  );
  checks.push(
    await checkLegacyProjects(store, team),
    ...(await checkOrphans(store, team)),
    ...(await checkPartitions(store)),
  );
  return { checks, team };
}

async function checkRights(context: Context): Promise<Diagnostic> {
  const name = 'Rights';
  const { policies, columns, given } = await (await context.database()).obstacles();
  const hidden = Object.entries(policies).map(([table, names]) =>
    names.length === 0
      ? `row level security hides every row of ${table}`
      : `the policy ${names.join(', ')} hides rows of ${table}`,
  );
  const unread = Object.entries(columns).map(([table, names]) => `${table} without ${names.join(', ')}`);
  if (hidden.length > 0)
    return {
      name,
      status: 'failed',
      message: `This role does not see every row: ${hidden.join('; ')}.`,
      hint: 'Use a role that no policy binds: one with BYPASSRLS, or one that the policies do not name.',
    };
  if (unread.length > 0)
    return {
      name,
      status: 'failed',
      message: `This role may read ${unread.join('; ')}.`,
      hint: 'Have it granted all columns. The SQL: costs db grants',
    };
  if (given.length > 0)
    return {
      name,
      status: 'failed',
      message: `Default privileges gave rights on tables of the vault: ${given.map(({ role, name: table }) => `${role} on ${table}`).join(', ')}.`,
      hint: 'Take them back. The SQL: costs db grants',
    };
  return { name, status: 'ok', message: 'no policy hides rows, and every column can be read' };
}

async function checkLegacyProjects(store: Store, team: Team): Promise<Diagnostic> {
  const waiting = await store.projects.countLegacy(team.id);
  const name = 'Legacy projects';
  if (waiting === 0) return { name, status: 'ok', message: 'none waits for its organization' };
  const organizations = await store.organizations.list(team.id);
  const { id, name: company } = legacyProvider();
  const owners = organizations.filter(({ provider, isActive }) => provider === id && isActive);
  const message = `${waiting} with only an openai_project_id wait for their organization.`;
  if (owners.length === 0)
    return {
      name,
      status: 'warning',
      message,
      hint: `Register the ${company} organization they belong to: ${shell`costs keys add --provider ${id}`}`,
    };
  const names = owners.map((each) => each.name).join(', ');
  return {
    name,
    status: 'warning',
    message,
    hint: `The next sync of ${names} fills them in where they are its projects: ${shell`costs sync --provider ${id}`}`,
  };
}

/** Rows that no sync would ever sweep, and that reports count all the same. */
async function checkOrphans({ collection }: Store, team: Team): Promise<Diagnostic[]> {
  const name = 'Collected rows';
  const orphans = await collection.orphanedRows(team.id);
  if (orphans.length === 0)
    return [{ name, status: 'ok', message: 'each belongs to one project of a registered organization' }];
  return orphans.map((each) => ({ name, status: each.isAdopted ? 'warning' : 'failed', ...describeOrphans(each) }));
}

async function checkPartitions({ usage }: Store): Promise<Diagnostic[]> {
  if (!(await usage.hasUnplaced())) return [];
  return [
    {
      name: 'Usage partitions',
      status: 'warning',
      message: 'Usage of some months lies outside the monthly partitions, where every report reads it.',
      hint: 'Move it: costs db partition usage',
    },
  ];
}
