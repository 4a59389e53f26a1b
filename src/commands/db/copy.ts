import type { Context } from '../../context.js';
import { CostsError, orElse } from '../../errors.js';
import type { Team } from '../../domain/team.js';
import type { Vault } from '../../vault/vault.js';
import type { CopyResult } from '../../store/copy.js';
import { defineCommand, option, asItIs } from '../define.js';
import { formatCount, plural } from '../../domain/words.js';

/** What `costs db copy` prints. */
export interface DbCopyResult extends CopyResult {
  from: string;
  to: string;
}

export const copyDatabase = defineCommand({
  name: 'db copy',
  description: 'Copies everything of the embedded store into the database of DATABASE_URL; twice adds nothing.',
  options: [option('--from <store>', 'where the rows are').choices(['embedded']).makeOptionMandatory()],
  examples: ['DATABASE_URL=postgresql://… costs db copy --from embedded'],
  async run(_options: object, context: CopyContext) {
    if (context.config.databaseUrl === null) {
      throw new CostsError('usage', 'DATABASE_URL is not set: there is nowhere to copy to.', {
        hint: 'Set it to the server that should take the rows.',
      });
    }
    const [store, database] = [await context.embedded(), await context.database()];
    const copied = await store.copyTo(database);
    return { from: store.label, to: database.label, ...copied, keysLeft: await carryKeys(context, copied.keysLeft) };
  },
  document: asItIs<DbCopyResult>,
  render: renderDbCopy,
});

type CopyContext = Pick<Context, 'database' | 'embedded' | 'config' | 'store' | 'vault' | 'withEmbeddedVault'>;

/**
 * Seals the embedded store's keys for the server, where both vaults are unlocked.
 * @returns the keys that stay behind because they are not
 */
async function carryKeys(context: CopyContext, sealed: CopyResult['keysLeft']): Promise<CopyResult['keysLeft']> {
  const [{ teams, access }, vault] = await Promise.all([context.store(), context.vault()]);
  const { keys } = await access();
  const unlocked = await filter(await teams.list(), (team) => isAdmin(vault, team));
  for (const team of unlocked) await vault.keys.sealUnsealed(team);
  if (sealed.length === 0 || unlocked.length === 0) return sealed;
  return context.withEmbeddedVault(async (source, from) => {
    const theirTeams = await from.teams.list();
    const left: CopyResult['keysLeft'] = [];
    for (const row of (await (await from.access()).keys.listAll()).filter((each) => each.source === 'vault')) {
      if ((await keys.findOrganization(row.provider, row.organizationId)) !== null) continue;
      const name = theirTeams.find(({ id }) => id === row.teamId)?.name;
      const team = unlocked.find((each) => each.id === row.teamId || each.name === name);
      // A vault that is locked is no failure of the copy: its keys stay behind, and are named.
      const key = team === undefined ? null : await orElse(source.keys.takeOut(row), 'auth', null);
      if (team === undefined || key === null)
        left.push({ provider: row.provider, organizationId: row.organizationId, name: row.name });
      else await vault.keys.add(team, [row], { key, variable: null, host: row.host, expiresAt: row.expiresAt });
    }
    return left;
  });
}

async function isAdmin(vault: Vault, team: Team): Promise<boolean> {
  return (await orElse(vault.whoIs(team), 'auth', null))?.role === 'admin';
}

async function filter<T>(values: readonly T[], test: (value: T) => Promise<boolean>): Promise<T[]> {
  const passed: T[] = [];
  for (const value of values) if (await test(value)) passed.push(value);
  return passed;
}

function renderDbCopy({ from, to, tables, different, sums, equal, keysLeft }: DbCopyResult): string {
  const rows = tables.reduce((total, table) => total + table.rows, 0);
  const inserted = tables.reduce((total, table) => total + table.inserted, 0);
  return [
    ...tables
      .filter((table) => table.rows > 0)
      .map((table) => `✔ ${table.table}: ${plural(table.rows, 'row')}, ${formatCount(table.inserted)} new`),
    `${plural(rows, 'row')} of ${from} ${rows === 1 ? 'is' : 'are'} in ${to}, ${formatCount(inserted)} of them new.`,
    equal
      ? `The sums of ${plural(sums.length, 'organization month')} are the same in both.`
      : 'The other store has gone on since: its own figures stay.',
    ...different.map(
      ({ table, rows }) => `  ${plural(rows, 'row')} of ${table} ${rows === 1 ? 'stays' : 'stay'} as there`,
    ),
    ...keysLeft.map(
      ({ provider, organizationId, name }) =>
        `The key of ${provider} ${name} (${organizationId}) was sealed for the old store → costs keys add`,
    ),
  ].join('\n');
}
