import type { Context } from '../../context.js';
import type { ImportResult } from '../../store/migrations/import.js';
import { argument, defineCommand, asItIs } from '../define.js';
import { formatCount, plural } from '../../domain/words.js';

export const importRows = defineCommand({
  name: 'db import',
  description:
    'Brings the rows of a rollback back after migrating again; twice adds nothing. A file that was changed since is refused.',
  arguments: [argument('<file>', 'what costs db rollback --export wrote')],
  examples: ['costs db migrate && costs db import before-rollback.jsonl'],
  async run({ file: path }: { file: string }, context: Context) {
    const database = await context.database();
    return { database: database.label, ...(await database.migrations.import({ path, signal: context.signal })) };
  },
  document: asItIs<ImportResult & { database: string }>,
  render: renderDbImport,
});

function renderDbImport({ database, tables }: ImportResult & { database: string }): string {
  return [
    ...tables.map(({ table, rows, written, different }) => {
      const since = different === 0 ? '' : `, ${formatCount(different)} written since and left as they are`;
      return `✔ ${table}: ${plural(rows, 'row')} in the file, ${formatCount(written)} written${since}`;
    }),
    `${database} has them back.`,
  ].join('\n');
}
