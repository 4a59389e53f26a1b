import { readVersion, versionAndCommit } from './version.js';

/**
 * The process. Scripts ask for the version before anything else, some of them at every prompt, so it is said without loading
 * what it is the version of.
 */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const { printLine } = await import('./output/pipes.js');
    return printLine(versionAndCommit());
  }
  const { runProcess } = await import('./process.js');
  await runProcess(argv, readVersion());
}
