import { quote } from '../rows.js';
import type { Settings } from '../settings.js';
import { guardedFill } from './guarded-fill.js';
import type { RowCheck } from './row-checks.js';
import { LOCK_TIMEOUT, NOTHING_WAITS } from './session.js';
import { literal, setPathLine, type Step } from './step.js';

/**
 * The steps as psql takes them: labels of enums first, the rest in one transaction.
 * @param uncertain the rows of which the script is to fail: PostgreSQL itself would round or move a value of theirs
 */
export function toScript(
  steps: readonly Step[],
  uncertain: readonly RowCheck[],
  settings: Pick<Settings, 'schema'>,
): string {
  const lines = (wanted: boolean) =>
    steps
      .filter(({ first }) => first === wanted)
      .map(({ sql, fills }) => `${fills === undefined ? sql : guardedFill(sql, fills.table, [fills.column])};\n`)
      .join('');
  return `${setPathLine(settings)}${lines(true)}BEGIN;\nSET LOCAL lock_timeout = '${LOCK_TIMEOUT}';\nSET LOCAL extra_float_digits = 3;\n${NOTHING_WAITS};\n${uncertain.map(failOf).join('')}${lines(false)}COMMIT;`;
}

/** Under the lock under which the values are then converted. */
function failOf({ table, text, query }: RowCheck): string {
  return `LOCK TABLE ${quote(table)};\nDO $$ BEGIN IF EXISTS (${query}) THEN RAISE EXCEPTION '%', ${literal(`A row of ${table} has ${text}.`)}; END IF; END $$;\n`;
}
