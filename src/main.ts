import { readFileSync } from 'node:fs';
import { HELP_WIDTH } from './help/width.js';
import { printLine, widthOf } from './output/pipes.js';
import { packageFile } from './package-files.js';
import { readVersion, versionAndCommit } from './version.js';

/**
 * The process. Scripts ask for the version before anything else, some of them at every prompt, and people for the help: both are
 * said without loading what they tell of.
 */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const text = argv.length === 1 ? textFor(argv[0]) : null;
  if (text !== null) return printLine(text);
  const { runProcess } = await import('./process.js');
  await runProcess(argv, readVersion());
}

function textFor(word: string | undefined): string | null {
  if (word === '--version' || word === '-V') return versionAndCommit();
  return word === '--help' || word === '-h' || word === 'help' ? generalHelp() : null;
}

/** As the build wrote it; null where the terminal is narrower, and while it is being built. */
function generalHelp(): string | null {
  if (widthOf() < HELP_WIDTH) return null;
  try {
    return readFileSync(packageFile('dist/help.txt'), 'utf8').trimEnd();
  } catch {
    return null;
  }
}
