import type { Context } from '../context.js';
import type { Organization } from '../domain/collection.js';
import { addDays, parseDay, toDay, type Day, type DaySpan } from '../domain/day.js';
import type { Verification } from '../domain/verification.js';
import { CostsError, EXIT_CODES } from '../errors.js';
import { renderVerification } from '../output/verification.js';
import { verifySpan, verifyStored } from '../sync/verify.js';
import { exitCodeOf } from './exit-code.js';
import { registeredOrganizations, selectOrganizations } from './organizations.js';
import { defineCommand, option } from './define.js';
import { checkSpan, dayOption, organizationOption, providerOption, type SelectionOptions } from './options.js';

/** Days that are compared when nothing is said. */
const DEFAULT_DAYS = 30;
/** No provider bills days before this one. */
const FIRST_DAY = parseDay('2000-01-01');

export interface VerifyOptions extends SelectionOptions {
  since?: Day;
  until?: Day;
  stored?: boolean;
}

export const verify = defineCommand({
  name: 'verify',
  description:
    "Compares what is stored with the provider's own total of each day, and its rows with what was written; exits 1 when something does not fit.",
  options: [
    dayOption('--since <day>', `first day, YYYY-MM-DD (default: the last ${DEFAULT_DAYS} that ended)`),
    dayOption('--until <day>', 'last day, included (default: yesterday)'),
    option('--stored', 'only compare the rows with what was written, of all days unless said; asks no provider'),
    providerOption(),
    organizationOption(),
  ],
  examples: ['costs verify', 'costs verify --stored', 'costs verify --since 2026-01-01 --until 2026-01-31 --json'],
  run,
  render: renderVerification,
  exitCode: exitCodeOfVerification,
});

async function run(options: VerifyOptions, context: Context) {
  if (options.stored === true) return runStored(options, context);
  const today = toDay(context.now());
  const until = options.until ?? addDays(today, -1);
  const since = options.since ?? addDays(until, 1 - DEFAULT_DAYS);
  const span = closedDays(checkSpan({ since, until }, today), today);
  if (span === null) {
    throw new CostsError('usage', `${today} is not over: there is no total to compare with yet.`, {
      hint: 'Give days that ended.',
    });
  }
  const organizations = await selectOrganizations(context, options);
  return verifyOrganizations(context, organizations, span);
}

async function runStored(options: VerifyOptions, context: Context): Promise<Verification> {
  const today = toDay(context.now());
  const span = checkSpan({ since: options.since ?? FIRST_DAY, until: options.until ?? today }, today);
  const organizations = await registeredOrganizations(context, options);
  const { collection } = await context.store();
  return verifyStored(organizations, span, collection);
}

/** Nobody has a total of a day that goes on. Null when no day is left. */
export function closedDays({ since, until }: DaySpan, today: Day): DaySpan | null {
  const last = until < today ? until : addDays(today, -1);
  return since > last ? null : { since, until: last };
}

export async function verifyOrganizations(
  context: Context,
  organizations: readonly Organization[],
  span: DaySpan,
): Promise<Verification> {
  const { collection } = await context.store();
  const progress = context.output.progress(`Comparing ${span.since} to ${span.until} with the providers …`);
  try {
    return await verifySpan(organizations, span, {
      provider: (id) => context.provider(id),
      keyOf: (organization) => context.keyOf(organization),
      signal: context.signal,
      store: collection,
    });
  } finally {
    progress.stop();
  }
}

/** A finding is 1 whatever else went wrong; the document has both. */
export function exitCodeOfVerification(verification: Verification): number {
  return verification.findings.length > 0 ? EXIT_CODES.finding : exitCodeOf(verification);
}
