// Runs command lines one after another in one process, as a person at one terminal would, and says how each ended.
import { spawnSync } from 'node:child_process';
import { main } from '../../../dist/main.cjs';

for (const { args, env } of JSON.parse(process.argv[2] ?? '[]')) {
  Object.assign(process.env, env);
  process.exitCode = 0;
  await main(args);
  const { stdout } = spawnSync('stty', ['-a'], { stdio: ['inherit', 'pipe', 'inherit'], encoding: 'utf8' });
  process.stderr.write(`\n[ended ${process.exitCode} ${/(^| )echo /m.test(stdout) ? 'echo' : 'no echo'}]\n`);
}
process.exitCode = 0;
