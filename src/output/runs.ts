import type { RunRecord } from '../domain/run.js';
import { formatDuration } from './format.js';
import { formatSpan, formatTime, plural } from '../domain/words.js';
import type { Output } from './output.js';
import { changesOf } from './sync.js';
import { renderTable, type Column } from './table.js';
import { providerName } from '../providers/registry.js';

const COLUMNS: Column[] = [
  { head: 'Run' },
  { head: 'Started (UTC)' },
  { head: 'Command' },
  { head: 'Days' },
  { head: 'Took', align: 'right', lesser: 'share' },
  { head: 'Ended' },
];

const RUN_COLUMNS: Column[] = [
  { head: '' },
  { head: '' },
  { head: '' },
  { head: '', align: 'right' },
  { head: '', align: 'right', lesser: 'difference' },
  { head: '', align: 'right', lesser: 'share' },
  { head: '', align: 'right', lesser: 'change' },
  { head: '' },
  { head: '' },
];

export function renderRuns({ runs }: { runs: RunRecord[] }, output: Output): string {
  if (runs.length === 0) return 'Nothing ran yet. What to begin with → costs status';
  return renderTable(
    COLUMNS,
    runs.map((run) => row(run, output)),
    output,
  );
}

function row(run: RunRecord, { style }: Output): string[] {
  const { id, startedAt, finishedAt, command, since, until, status } = run;
  const color = status === 'ok' ? style.green : status === 'running' ? style.dim : style.red;
  return [
    id.slice(0, 10),
    formatTime(startedAt),
    command,
    formatSpan(since, until),
    duration(startedAt, finishedAt),
    color(status),
  ];
}

function duration(startedAt: Date, finishedAt: Date | null): string {
  return finishedAt === null ? '' : formatDuration(finishedAt.getTime() - startedAt.getTime());
}

export function renderRun(run: RunRecord, output: Output): string {
  const { id, command, since, until, status, version, startedAt, finishedAt } = run;
  const took = finishedAt === null ? '' : `, ${formatDuration(finishedAt.getTime() - startedAt.getTime())}`;
  const head = `Run ${id}: ${command} ${formatSpan(since, until)}, ${status}${took}, costs ${version}`;
  const organizations = run.result ?? [];
  const lines = organizations.map((each) => [
    providerName(each.provider),
    each.name,
    each.status,
    plural(each.days, 'day'),
    plural(each.requests, 'request'),
    plural(each.retries, 'retry', 'retries'),
    plural(each.rows, 'row'),
    changesOf(each),
    each.error?.message ?? '',
  ]);
  return [head, renderTable(RUN_COLUMNS, lines, output)].join('\n');
}
