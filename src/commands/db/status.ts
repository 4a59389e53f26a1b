import type { MigrationStatus } from '../../store/migrations/status.js';
import type { Context } from '../../context.js';
import { EXIT_CODES } from '../../errors.js';
import type { Output } from '../../output/output.js';
import { defineCommand, asItIs } from '../define.js';
import { formatDate, plural } from '../../domain/words.js';
import { renderTable } from '../../output/table.js';

/** What `costs db status` prints. */
export interface DbStatusResult extends Omit<MigrationStatus, 'ok'> {
  status: 'ok' | 'finding';
  database: string;
}

export const databaseStatus = defineCommand({
  name: 'db status',
  description: 'Which migrations are applied, and whether anything is wrong; exits 1 if so.',
  examples: ['costs db status', 'costs db status --json'],
  async run(_options: object, context: Context) {
    const database = await context.database();
    const { ok, ...status } = await database.migrations.status();
    return { status: ok ? 'ok' : 'finding', database: database.label, ...status };
  },
  document: asItIs<DbStatusResult>,
  render: renderDbStatus,
  exitCode: ({ status }) => (status === 'ok' ? 0 : EXIT_CODES.finding),
});

const COLUMNS = [{ head: '' }, { head: '' }];

function renderDbStatus(result: DbStatusResult, output: Pick<Output, 'style' | 'width'>): string {
  const { style } = output;
  const row = ({ name, appliedAt }: DbStatusResult['applied'][number]) => [
    `${style.green('✔')} ${name}`,
    style.dim(formatDate(appliedAt)),
  ];
  const { applied, pending, failed, edited, unknown, drift, foreign } = result;
  const wrong = (text: string) => `${style.red('✖')} ${text}`;
  const lines = [
    `${result.database} · ${plural(applied.length, 'migration')} applied`,
    ...(applied.length === 0 ? [] : [renderTable(COLUMNS, applied.map(row), output)]),
    ...pending.map((name) => `${style.yellow('·')} ${name}  pending`),
    ...failed.map(({ name, reason }) => wrong(`${name}  began and did not end${reason === null ? '' : `: ${reason}`}`)),
    ...edited.map((name) => wrong(`${name}  edited after it was applied`)),
    ...unknown.map((name) => wrong(`${name}  not known to this version of costs`)),
    ...drift.map(({ text }) => wrong(text)),
    ...foreign.map(({ object, stops }) =>
      stops === null ? style.dim(`  theirs: ${object}`) : `${style.yellow('!')} theirs: ${object}: ${stops}`,
    ),
    nextStep(result),
  ];
  return lines.join('\n');
}

function nextStep({ history, applied, pending, failed, edited, unknown, drift }: DbStatusResult): string {
  if (unknown.length > 0) return 'The database was migrated by another version: upgrade costs';
  if (edited.length > 0) return 'Bring back the files as they were applied, then: costs db status';
  if (failed.length > 0 && drift.length > 0)
    return 'Finish or undo the migration by hand, then → costs db resolve --help';
  if (drift.length > 0) return 'Changed by hand: undo it → costs db diff';
  if (!history && applied.length === 0)
    return 'No history yet; where the tables exist, adopt them first (db adopt) → costs db migrate';
  if (failed.length > 0 || pending.length > 0) return '→ costs db migrate';
  return 'All is well.';
}
