import { openDatabase } from '../../../src/store/open.js';

// Opens the embedded store, writes one row, and ends; with `hang` it stays until it is killed.
const [home = '', id = '', mode = ''] = process.argv.slice(2);
const database = await openDatabase({ kind: 'embedded', home });
await database.migrations.requireCurrent();
await database.prisma.team.create({ data: { id, name: id } });
process.send?.('written');
if (mode !== 'hang') await database.close();
