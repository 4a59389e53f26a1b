import type { Context } from '../context.js';
import type { Day } from '../domain/day.js';
import type { Verification } from '../domain/verification.js';
import { EXIT_CODES } from '../errors.js';
import { VERIFIED_DAYS, verify as verifySpend, type VerifyRequest } from '../library/verify.js';
import { renderVerification } from '../output/verification.js';
import { defineCommand, option, asItIs } from './define.js';
import { exitCodeOf } from './exit-code.js';
import { dayOption, organizationOption, providerOption } from './options.js';

export interface VerifyOptions extends VerifyRequest {
  since?: Day;
  until?: Day;
}

export const verify = defineCommand({
  name: 'verify',
  description:
    "Compares what is stored with the provider's own total of each day, and its rows with what was written; exits 1 when something does not fit.",
  options: [
    dayOption('--since <day>', `first day, YYYY-MM-DD (default: the last ${VERIFIED_DAYS} that ended)`),
    dayOption('--until <day>', 'last day, included (default: yesterday)'),
    option('--stored', 'only compare the rows with what was written, of all days unless said; asks no provider'),
    providerOption(),
    organizationOption(),
  ],
  examples: ['costs verify', 'costs verify --stored', 'costs verify --since 2026-01-01 --until 2026-01-31 --json'],
  run,
  document: asItIs<Verification>,
  render: renderVerification,
  exitCode: exitCodeOfVerification,
});

async function run(options: VerifyOptions, context: Context): Promise<Verification> {
  const progress = context.output.progress(options.stored === true ? 'Comparing …' : 'Comparing with the providers …');
  try {
    return await verifySpend(context, options);
  } finally {
    progress.stop();
  }
}

/** A finding is 1 whatever else went wrong; the document has both. */
export function exitCodeOfVerification(verification: Verification): number {
  return verification.findings.length > 0 ? EXIT_CODES.finding : exitCodeOf(verification);
}
