import type { Context } from '../../context.js';
import type { SchemaDiff } from '../../store/migrations/diff.js';
import { defineCommand, asItIs } from '../define.js';

export const diffDatabase = defineCommand({
  name: 'db diff',
  description: 'Prints the SQL from the live schema to the one of this version; runs none of it.',
  examples: ['costs db diff', 'costs db diff > review.sql'],
  verbatim: true,
  async run(_options: object, context: Context) {
    const database = await context.database();
    return { database: database.label, ...(await database.migrations.diff()) };
  },
  document: asItIs<SchemaDiff & { database: string }>,
  // The script alone, so that it can be piped.
  render: ({ sql, empty }) => (empty ? '-- Nothing is missing.' : sql.trimEnd()),
});
