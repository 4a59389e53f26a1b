import type { Context } from '../../context.js';
import { CostsError } from '../../errors.js';
import { defineCommand, option, asItIs } from '../define.js';

export interface GrantsOptions {
  schema: string;
}

export const printGrants = defineCommand({
  name: 'db grants',
  description: 'Prints SQL for three database roles: reader, collector and admin. Nothing is run.',
  options: [option('--schema <name>', 'where the tables are').default('public')],
  examples: ['costs db grants | psql "$DATABASE_URL"'],
  verbatim: true,
  async run({ schema }: GrantsOptions, context: Context) {
    if (!/^[A-Za-z_][A-Za-z0-9_$]{0,62}$/.test(schema))
      throw new CostsError('usage', 'That is not a valid schema name.', { hint: 'Write it as --schema public.' });
    return { sql: await context.grants(schema) };
  },
  document: asItIs<{ sql: string }>,
  render: ({ sql }) => sql,
});
