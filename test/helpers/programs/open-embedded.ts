import { openDatabase } from '../open-database.js';

// Opens the embedded store, writes one row, and ends; with `hang` it stays until it is killed. One that cannot be opened is 3.
const [home = '', id = '', mode = ''] = process.argv.slice(2);
const database = await openDatabase({ kind: 'embedded', home }).catch(() => null);
if (database === null) process.exitCode = 3;
else {
  await database.migrations.requireCurrent();
  await database.prisma.team.create({ data: { id, name: id } });
  process.send?.('written');
  if (mode !== 'hang') await database.close();
}
