import type { Context } from '../../context.js';
import { EXIT_CODES } from '../../errors.js';
import type { AdoptResult } from '../../store/migrations/adopt.js';
import { defineCommand, option, asItIs } from '../define.js';
import { confirm, confirmOption } from '../confirm.js';
import { duplicatesOption, renderMerged, toDuplicateChoice, type DuplicatesOption } from './duplicates.js';
import { toWaitOptions, waitOption, type WaitOption } from './wait.js';

export interface DbAdoptOptions extends DuplicatesOption, WaitOption {
  dryRun?: boolean;
  datesIn?: string;
  yes?: boolean;
}

/** What `costs db adopt` prints. */
export interface DbAdoptResult extends AdoptResult {
  /** The file that takes merged bills as they were. */
  duplicates: string | null;
  status: 'ok' | 'finding';
  database: string;
}

export const adoptDatabase = defineCommand({
  name: 'db adopt',
  description:
    'Takes over tables of ours that another program made; exits 1 and changes nothing where they do not fit.',
  options: [
    option('--dry-run', 'only show what would be changed, in words and SQL'),
    duplicatesOption(),
    option('--dates-in <zone>', 'the time zone whose midnights the dates are, where they are instants: Europe/Berlin'),
    waitOption(),
    confirmOption(),
  ],
  examples: ['costs db adopt --dry-run', 'costs db adopt --yes && costs db migrate'],
  run,
  document: asItIs<DbAdoptResult>,
  render: renderDbAdopt,
  exitCode: ({ status }) => (status === 'ok' ? 0 : EXIT_CODES.finding),
});

async function run({ dryRun, yes, datesIn, ...options }: DbAdoptOptions, context: Context) {
  const database = await context.database();
  const { signal } = context;
  const duplicates = toDuplicateChoice(options, context.now());
  const waits = toWaitOptions(options, (line) => context.output.note(line));
  const choices = { signal, duplicates, datesIn, ...waits };
  const plan = await database.migrations.adopt({ ...choices, dryRun: true });
  const describe = (result: AdoptResult): DbAdoptResult => ({
    status: result.problems.length === 0 ? 'ok' : 'finding',
    database: database.label,
    ...result,
    duplicates: duplicates?.path ?? null,
  });
  if (dryRun === true || plan.problems.length > 0) return describe(plan);
  if (plan.steps.length > 0)
    await confirm(context.output, { yes, question: `${renderSteps(plan).join('\n')}\nGo on?` });
  return describe(await database.migrations.adopt(choices));
}

function renderSteps({ steps, foreign }: AdoptResult): string[] {
  return [
    ...steps.map(({ text, locks }) => `· ${text}${locks === null ? '' : `  (${locks} is locked until the end)`}`),
    ...foreign.map(
      ({ object, stops }) =>
        `  theirs, left alone: ${object}${stops === null ? '' : `. It can stop our writes: ${stops}`}`,
    ),
  ];
}

function renderDbAdopt(result: DbAdoptResult): string {
  const { database, done, adopted, pending, steps, sql, problems, models } = result;
  if (problems.length > 0)
    return [
      `${database} cannot be adopted as it is; nothing was changed:`,
      ...problems.map((text) => `✖ ${text}`),
    ].join('\n');
  const rest = pending.length === 0 ? [] : [`Still to be applied: ${pending.length} → costs db migrate`];
  const push = [
    '',
    `The next "prisma db push" or "migrate dev" of the old application may drop what its schema does not name. Add these models to`,
    'it first; those that it has already take the fields that they lack:',
    '',
    models,
  ];
  if (done)
    return [
      `${database} is adopted:`,
      ...renderSteps(result),
      ...renderMerged(result.merged, result.duplicates),
      ...adopted.map((name) => `✔ ${name}`),
      ...rest,
      ...push,
    ].join('\n');
  return [
    `${database} can be adopted. Everything below is one transaction; costs db adopt --yes carries it out.`,
    ...renderSteps(result),
    ...(steps.length === 0 ? ['Nothing has to be changed.'] : ['', sql, '']),
    ...adopted.map((name) => `✔ would be marked as applied: ${name}`),
    ...rest,
    ...push,
  ].join('\n');
}
