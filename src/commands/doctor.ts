import type { Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import type { Documents } from '../documents.js';
import type { Check } from '../domain/check.js';
import { EXIT_CODES } from '../errors.js';
import { renderChecks } from '../output/checks.js';
import { checkBaseUrls, checkNode } from './doctor/machine.js';
import { checkOrganizations } from './doctor/organizations.js';
import { checkDatabase, checkStore } from './doctor/store.js';
import { addExamples, addGlobalOptions, setExitCode } from './options.js';

/** `costs doctor` */
export function addDoctorCommand(parent: Command, open: OpenContext, run = doctorCommand): Command {
  const command = parent
    .command('doctor')
    .description(
      'Checks everything a person could get wrong, from the machine to the keys, and says what to do. Changes nothing.',
    )
    .action(async () => setExitCode(await run(open(command.optsWithGlobals()))));
  addGlobalOptions(command);
  return addExamples(command, ['costs doctor', 'costs doctor --json | jq .findings']);
}

/** Goes as far as it can: what stands on something broken is not looked at. Exit code 1 when something failed. */
export async function doctorCommand(context: Context): Promise<number> {
  const checks: Check[] = [checkNode(), ...checkBaseUrls(context)];
  const progress = context.output.progress('Looking …');
  try {
    const database = await checkDatabase(context);
    checks.push(...database.checks);
    if (database.usable) {
      const { checks: ofStore, team } = await checkStore(context);
      checks.push(...ofStore);
      if (team !== null) checks.push(...(await checkOrganizations(context, team, (text) => progress.update(text))));
    }
  } finally {
    progress.stop();
  }
  const findings = checks.filter(({ status }) => status !== 'ok');
  context.output.write<Documents['doctor']>({ checks, findings }, renderChecks);
  return checks.some(({ status }) => status === 'failed') ? EXIT_CODES.finding : 0;
}
