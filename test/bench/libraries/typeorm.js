import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const typeorm = require('typeorm');

/** `upsert` */
export async function open(url, { table, key, columns }) {
  const Row = new typeorm.EntitySchema({
    name: 'Row',
    tableName: table,
    columns: {
      id: { type: 'text', primary: true },
      ...Object.fromEntries([...key, ...columns].map((column) => [column, { type: 'text', nullable: true }])),
    },
  });
  const source = await new typeorm.DataSource({ type: 'postgres', url, entities: [Row], poolSize: 1 }).initialize();
  const rowsOf = source.getRepository(Row);
  // Without `id`, which it would overwrite as well.
  return {
    upsert: (rows) =>
      rowsOf.createQueryBuilder().insert().values(rows).orUpdate(columns, key).updateEntity(false).execute(),
    close: () => source.destroy(),
  };
}
