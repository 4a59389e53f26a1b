import type { Diagnostic } from '../domain/diagnostic.js';
import type { Output } from './output.js';
import { renderHint } from './hint.js';

/** Longer ones, with an organization in them, run into the space of their message. */
const WIDEST_NAME = 20;

/** A line a check, with what to do under those that need it. */
export function renderDiagnostics({ checks }: { checks: Diagnostic[] }, { style }: Output): string {
  const marks = { ok: style.green('✔'), warning: style.yellow('⚠'), failed: style.red('✖') };
  const width = Math.min(Math.max(...checks.map(({ name }) => name.length)), WIDEST_NAME);
  return checks
    .flatMap(({ name, status, message, hint }) => [
      `${marks[status]} ${name.padEnd(width)}  ${message}`,
      ...(hint === undefined || status === 'ok' ? [] : [`  ${renderHint(hint)}`]),
    ])
    .join('\n');
}
