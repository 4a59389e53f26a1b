import { appendFileSync } from 'node:fs';
import { openEmbedded } from '../../../src/store/embedded.js';

// Stands in for a process of another machine: inserts numbers one by one, and writes down each that was confirmed.
const [home = '', journal = '', machine = ''] = process.argv.slice(2);
const database = await openEmbedded(home, { machine });
try {
  const prisma = await database.entities();
  for (let number = 1; ; number += 1) {
    await prisma.$transaction((tx) => tx.$executeRaw`INSERT INTO confirmed VALUES (${number}::int)`);
    appendFileSync(journal, `${number}\n`);
  }
} catch (error) {
  appendFileSync(journal, `${(database.explain(error) as { code: string }).code}\n`);
} finally {
  await database.close();
}
