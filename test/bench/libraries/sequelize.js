import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { DataTypes, Sequelize } = require('sequelize');

/** `bulkCreate(updateOnDuplicate)` */
export function open(url, { table, key, columns }) {
  const sequelize = new Sequelize(url, { logging: false, pool: { max: 1 } });
  const Row = sequelize.define(
    'Row',
    {
      id: { type: DataTypes.TEXT, primaryKey: true },
      ...Object.fromEntries([...key, ...columns].map((column) => [column, { type: DataTypes.TEXT }])),
    },
    { tableName: table, timestamps: false },
  );
  return {
    upsert: (rows) => Row.bulkCreate(rows, { updateOnDuplicate: columns, conflictAttributes: key }),
    close: () => sequelize.close(),
  };
}
