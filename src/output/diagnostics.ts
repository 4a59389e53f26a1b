import type { Diagnostic } from '../domain/diagnostic.js';
import type { Output } from './output.js';
import { renderHint } from './hint.js';

/** A line a check, with what to do under those that need it. */
export function renderDiagnostics({ checks }: { checks: Diagnostic[] }, { style }: Output): string {
  const marks = { ok: style.green('✔'), warning: style.yellow('⚠'), failed: style.red('✖') };
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .flatMap(({ name, status, message, hint }) => [
      `${marks[status]} ${name.padEnd(width)}  ${message}`,
      ...(hint === undefined || status === 'ok' ? [] : [`  ${' '.repeat(width)}  ${renderHint(hint)}`]),
    ])
    .join('\n');
}
