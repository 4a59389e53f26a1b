import type { Context } from '../context.js';
import type { Diagnostic } from '../domain/diagnostic.js';
import { EXIT_CODES } from '../errors.js';
import { renderDiagnostics } from '../output/diagnostics.js';
import { checkBaseUrls, checkNode, checkSession } from './doctor/machine.js';
import { checkSameDollars } from './doctor/same-dollars.js';
import { checkOrganizations } from './doctor/organizations.js';
import { checkDatabase, checkStore } from './doctor/store.js';
import { defineCommand, asItIs } from './define.js';
import { during } from '../output/during.js';

export const command = defineCommand({
  name: 'doctor',
  description:
    'Checks everything a person could get wrong, from the machine to the keys, and says what to do. Changes nothing.',
  examples: ['costs doctor', 'costs doctor --json | jq .findings'],
  async run(_options: object, context: Context) {
    const checks = await during(context.output, 'Looking …', (progress) =>
      lookAtAll(context, (text) => progress.update(text)),
    );
    return { checks, findings: checks.filter(({ status }) => status !== 'ok') };
  },
  document: asItIs<{ checks: Diagnostic[]; findings: Diagnostic[] }>,
  render: renderDiagnostics,
  exitCode: ({ checks }) => (checks.some(({ status }) => status === 'failed') ? EXIT_CODES.finding : 0),
});

/** Goes as far as it can: what stands on something broken is not looked at. */
async function lookAtAll(context: Context, onProgress: (text: string) => void): Promise<Diagnostic[]> {
  const checks: Diagnostic[] = [checkNode(), ...checkBaseUrls(context), ...(await checkSession(context))];
  const database = await checkDatabase(context);
  checks.push(...database.checks);
  if (!database.usable) return checks;
  const { checks: ofStore, team } = await checkStore(context);
  checks.push(...ofStore);
  if (team === null) return checks;
  return [...checks, ...(await checkOrganizations(context, team, onProgress)), ...(await checkSameDollars(context))];
}
