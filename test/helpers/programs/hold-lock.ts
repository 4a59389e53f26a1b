import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock } from '../../../src/store/lock.js';

// Takes the lock again and again, and writes down when it had it: two at once would show as `in` after `in`.
const [folder = '', journal = '', rounds = '1', holdMs = '20'] = process.argv.slice(2);
for (let round = 0; round < Number(rounds); round++) {
  const lock = await acquireLock(folder, {
    onWait: ({ pid }) => void appendFile(journal, `wait ${process.pid} ${pid}\n`),
  });
  await appendFile(journal, `in ${process.pid}\n`);
  await sleep(Number(holdMs));
  await appendFile(journal, `out ${process.pid}\n`);
  await lock.release();
}
