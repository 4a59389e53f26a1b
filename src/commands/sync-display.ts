import { lengthOf } from '../domain/day.js';
import type { Output, Progress } from '../output/output.js';
import type { SyncEvent } from '../sync/events.js';
import type { SyncPlan } from '../sync/plan.js';
import { formatSpan, plural } from '../domain/words.js';

/** What a person sees while a run is at work. */
export interface Display {
  output: Output;
  progress: Progress;
  /** To be read in all, and read so far. */
  days: number;
  finished: number;
  rows: number;
}

export function startDisplay(output: Output, plan: SyncPlan): Display {
  const days = plan.organizations
    .flatMap(({ windows }) => windows.map(lengthOf))
    .reduce((sum, count) => sum + count, 0);
  const display = { output, progress: output.progress('Reading …'), days, finished: 0, rows: 0 };
  showCounts(display);
  return display;
}

/** One line a window where nothing moves, counts on a terminal, every request with --verbose. */
export function showEvent(display: Display, event: SyncEvent): void {
  const { output, progress } = display;
  const who = `${event.organization.provider} ${event.organization.name}`;
  switch (event.type) {
    case 'wire':
      if (event.event.type === 'request')
        output.trace(
          `${who}: ${event.event.method} ${event.event.url} → ${event.event.status} in ${event.event.milliseconds} ms`,
        );
      if (event.event.type === 'retry')
        progress.update(
          `${who}: ${event.event.reason}, trying again in ${Math.ceil(event.event.waitMilliseconds / 1000)} s`,
        );
      return;
    case 'window-done':
      display.finished += lengthOf(event.window);
      display.rows += event.rows;
      progress.step(`${who}: ${formatSpan(event.window.since, event.window.until)}, ${plural(event.rows, 'row')}`);
      return showCounts(display);
    case 'window-failed':
      display.finished += lengthOf(event.window);
      progress.step(`${who}: ${formatSpan(event.window.since, event.window.until)} failed: ${event.error.message}`);
      return showCounts(display);
    case 'waiting':
      return output.note(
        `${who}: waiting for ${event.holder.command} (process ${event.holder.pid} on ${event.holder.host})`,
      );
    case 'organization-done':
      return;
    default:
      event satisfies never;
  }
}

function showCounts({ progress, finished, days, rows }: Display): void {
  progress.update(`${finished} of ${plural(days, 'day')}, ${plural(rows, 'row')}`);
}
