import type { Context } from '../context.js';
import type { Verification } from '../domain/verification.js';
import { EXIT_CODES } from '../errors.js';
import { VERIFIED_DAYS, verify as verifySpend } from '../library/verify.js';
import { renderVerification } from '../output/verification.js';
import { defineCommand, option, asItIs } from './define.js';
import { exitCodeOf } from '../domain/exit-code.js';
import { organizationOption, periodArgument, periodOptions, providerOption } from './options.js';
import { during } from '../output/during.js';
import type { VerifyRequest } from '../library/requests.js';

export const command = defineCommand({
  name: 'verify',
  description:
    "Compares what is stored with the provider's own total of each day, and its rows with what was written; exits 1 when something does not fit.",
  arguments: [periodArgument()],
  options: [
    ...periodOptions(`the last ${VERIFIED_DAYS} days that ended`),
    option('--stored', 'only compare the rows with what was written, of all days unless said; asks no provider'),
    providerOption(),
    organizationOption(),
  ],
  examples: ['costs verify', 'costs verify --stored', 'costs verify last-month --json'],
  async run(options: VerifyRequest, context: Context) {
    const what = options.stored === true ? 'Comparing …' : 'Comparing with the providers …';
    return during(context.output, what, () => verifySpend(context, options));
  },
  document: asItIs<Verification>,
  render: renderVerification,
  failures: ({ organizations }) => organizations,
  exitCode: exitCodeOfVerification,
  isCheck: () => true,
});

/** A finding is 1 whatever else went wrong; the document has both. */
export function exitCodeOfVerification(verification: Verification): number {
  return verification.findings.length > 0 ? EXIT_CODES.finding : exitCodeOf(verification);
}
