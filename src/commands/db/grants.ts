import type { Context } from '../../context.js';
import { defineCommand, option, asItIs } from '../define.js';

export interface GrantsOptions {
  schema?: string | undefined;
}

export const printGrants = defineCommand({
  name: 'db grants',
  description: 'Prints SQL for three database roles: reader, collector and admin. Nothing is run.',
  options: [option('--schema <name>', 'where the tables are (default: that of DATABASE_URL, or public)')],
  examples: ['costs db grants | psql "$DATABASE_URL"'],
  verbatim: true,
  async run({ schema }: GrantsOptions, context: Context) {
    return { sql: await context.grants(schema) };
  },
  document: asItIs<{ sql: string }>,
  render: ({ sql }) => sql,
});
