import type { Context } from '../../context.js';
import type { Output } from '../../output/output.js';
import type { MigrationStatus } from '../../store/migrations/status.js';

/** What `costs db status` prints. */
export interface DbStatusResult extends Omit<MigrationStatus, 'ok'> {
  status: 'ok' | 'finding';
  database: string;
}

export async function dbStatus(context: Pick<Context, 'database'>): Promise<DbStatusResult> {
  const database = await context.database();
  const { ok, ...status } = await database.migrations.status();
  return { status: ok ? 'ok' : 'finding', database: database.label, ...status };
}

export function renderDbStatus(result: DbStatusResult, { style }: Pick<Output, 'style'>): string {
  const { applied, pending, failed, edited, unknown } = result;
  const lines = [`${result.database} · ${applied.length} ${applied.length === 1 ? 'migration' : 'migrations'} applied`];
  for (const { name, appliedAt } of applied)
    lines.push(`${style.green('✔')} ${name}  ${style.dim(appliedAt.slice(0, 10))}`);
  for (const name of pending) lines.push(`${style.yellow('·')} ${name}  pending`);
  for (const { name, reason } of failed)
    lines.push(
      `${style.red('✖')} ${name}  began and did not end${reason === null ? '' : `: ${reason.split('\n')[0] ?? ''}`}`,
    );
  for (const name of edited) lines.push(`${style.red('✖')} ${name}  edited after it was applied`);
  for (const name of unknown) lines.push(`${style.red('✖')} ${name}  not known to this version of costs`);
  lines.push(nextStep(result));
  return lines.join('\n');
}

function nextStep({ pending, failed, edited, unknown }: DbStatusResult): string {
  if (unknown.length > 0) return 'The database was migrated by a newer version → upgrade costs';
  if (edited.length > 0) return 'Bring back the files as they were applied, then costs db status';
  if (failed.length > 0 || pending.length > 0) return '→ costs db migrate';
  return 'All is well.';
}
