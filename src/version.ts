import { readFileSync } from 'node:fs';
import { packageFile } from './package-files.js';

/** Set by the bundler to the commit it builds; empty or absent where that is not known. */
declare const COSTS_COMMIT: string | undefined;

/** The version of this package, as `package.json` has it. */
export function readVersion(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
}

/** What `--version` prints: the version, and the commit it was built from. */
export function versionAndCommit(): string {
  const commit = typeof COSTS_COMMIT === 'undefined' ? '' : COSTS_COMMIT;
  return commit === '' ? readVersion() : `${readVersion()} (${commit})`;
}
