import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import pg from 'pg';

/**
 * Runs a script as somebody who pastes it into psql does: each statement by itself, and the next one whatever became of the
 * one before.
 * @returns the errors it told
 */
export async function runByPsql(url: string, script: string): Promise<string> {
  const env = { ...process.env, PGOPTIONS: '-c client_min_messages=warning' };
  const child = spawn('psql', ['--no-psqlrc', '--quiet', url], { env, stdio: ['pipe', 'ignore', 'pipe'] });
  const missing = once(child, 'error').then(() => null);
  child.stdin.on('error', () => undefined).end(script);
  const errors = await Promise.race([
    Promise.all([text(child.stderr), once(child, 'close')]).then(([told]) => told),
    missing,
  ]);
  return errors ?? runStatements(url, script);
}

/** The same where there is no psql. */
async function runStatements(url: string, script: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  const errors: string[] = [];
  for (const statement of splitStatements(script))
    await client.query(statement).catch((error: unknown) => errors.push(`ERROR: ${String(error)}`));
  await client.end();
  return errors.join('\n');
}

/** What stands between semicolons that are in no quotes and no comment. */
export function splitStatements(script: string): string[] {
  const parts = script.matchAll(/((?:--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\2|[^;'"$-]|[-$])*);?/g);
  return [...parts].map(([, part = '']) => part).filter((part) => part.replace(/--[^\n]*/g, '').trim() !== '');
}
