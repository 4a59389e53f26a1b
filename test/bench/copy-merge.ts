import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyThroughDriver, type CopyScript } from './libraries.js';
import { COLUMNS, KEY, REST, type PlainRow } from './plain-rows.js';

const run = promisify(execFile);

export interface CopyMerge {
  /** `psql`, or the library that stands in for it. */
  through: string;
  /** Writes the rows out, which is not timed, and returns what is. */
  prepare: (url: string, rows: readonly PlainRow[]) => Promise<() => Promise<void>>;
}

/**
 * The limit: rows that lie ready in a file, copied into a temporary table and merged by one statement. Nothing is parsed,
 * checked or swept, and no history is kept.
 */
export async function createCopyMerge(folder: string): Promise<CopyMerge> {
  const hasPsql = await run('psql', ['--version']).then(
    () => true,
    () => false,
  );
  return {
    through: hasPsql ? 'psql' : 'pg-copy-streams',
    async prepare(url, rows) {
      const file = join(folder, 'rows.csv');
      await writeFile(file, rows.map((row) => `${COLUMNS.map((column) => csv(row[column])).join(',')}\n`).join(''));
      const script = statements(file);
      return async () => {
        await (hasPsql ? copyThroughPsql(url, script, folder) : copyThroughDriver(url, script));
        await rm(file);
      };
    },
  };
}

async function copyThroughPsql(url: string, { create, copy, merge, file }: CopyScript, folder: string): Promise<void> {
  const path = join(folder, 'merge.sql');
  await writeFile(path, `${create};\n\\${copy.replace('COPY', 'copy').replace('STDIN', `'${file}'`)}\n${merge};\n`);
  await run('psql', ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--single-transaction', `--file=${path}`, url]);
}

function csv(value: string | null): string {
  return value === null ? '' : `"${value.replaceAll('"', '""')}"`;
}

function statements(file: string): CopyScript {
  const columns = COLUMNS.join(', ');
  const each = (table: string) => REST.map((column) => `${table}.${column}`).join(', ');
  return {
    file,
    create: `CREATE TEMPORARY TABLE incoming AS SELECT ${columns} FROM cost_data WITH NO DATA`,
    copy: `COPY incoming (${columns}) FROM STDIN WITH (FORMAT csv)`,
    merge: `INSERT INTO cost_data AS c (id, ${columns}) SELECT gen_random_uuid()::text, ${columns} FROM incoming
            ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET ${REST.map((column) => `${column} = excluded.${column}`).join(', ')}
            WHERE (${each('c')}) IS DISTINCT FROM (${each('excluded')})`,
  };
}
