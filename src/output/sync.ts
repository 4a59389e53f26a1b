import type { OrganizationResult, SyncResult } from '../domain/results.js';
import { exitCodeOf } from '../domain/exit-code.js';
import { formatAmounts, formatDuration } from './format.js';
import { formatDate, formatSpan, plural } from '../domain/words.js';
import type { Output } from './output.js';
import { leftOutLines } from './left-out.js';
import { closingLines } from './sync-closing.js';
import { renderTable } from './table.js';
import { renderVerification } from './verification.js';
import { renderHint } from './hint.js';
import { providerName, providerOf } from '../providers/registry.js';

/** The beginning of a run's id is enough to name it. */
const SHORT_ID = 10;

/** What a run did: a line an organization, what needs a person, and how it ended. */
export function renderSync(
  result: SyncResult,
  { team, store, why }: { team: string; store: string; why: string | null },
  output: Output,
): string {
  const { organizations } = result;
  const lines = [
    `${team} · ${store} · ${plural(organizations.length, 'organization')} · ${formatSpan(result.since, result.until)} UTC`,
    renderTable(
      [
        { head: '' },
        { head: '' },
        { head: '' },
        right,
        { ...right, lesser: 'share' },
        { ...right, lesser: 'difference' },
        { head: '' },
      ],
      organizations.map((each) => row(each, result, output)),
      output,
    ),
    ...organizations.flatMap((each) => trouble(each, output)),
    ...narrowed(organizations),
    ...missing(organizations),
    ...unregistered(organizations),
    ...organizations.flatMap((each) => leftOutLines(each, `Left out of ${each.name}, as it is not AI:`)),
    ...closingLines(result),
    ...(why === null ? [] : [`${why} → costs explain`]),
    ...(result.verified === undefined ? [] : [renderVerification(result.verified, output)]),
    ending(result, output),
  ];
  return lines.join('\n');
}

const right = { head: '', align: 'right' as const };

function row(organization: OrganizationResult, { basis }: SyncResult, { style }: Output): string[] {
  const { provider, name, status, days, requests, rows, heldBy } = organization;
  const mark = { ok: style.green('✔'), skipped: style.dim('–'), failed: style.red('✖') }[status];
  if (status === 'skipped')
    return [
      mark,
      providerName(provider),
      name,
      heldBy === undefined ? 'nothing to read' : `skipped: ${heldBy.command} is already collecting it`,
    ];
  return [
    mark,
    providerName(provider),
    name,
    plural(days, 'day'),
    plural(requests, 'request'),
    plural(rows, 'row'),
    status === 'ok' && basis === 'billed' && providerOf(provider).billsNothing === true
      ? 'bills nothing; its usage is read with --basis usage'
      : changesOf(organization),
  ];
}

/** What of the rows that were read is not as it was stored before. */
export function changesOf({
  status,
  inserted,
  updated,
  deleted,
}: Pick<OrganizationResult, 'status' | 'inserted' | 'updated' | 'deleted'>): string {
  const changes = [
    inserted > 0 ? plural(inserted, 'new', 'new') : '',
    updated > 0 ? plural(updated, 'changed', 'changed') : '',
    deleted > 0 ? plural(deleted, 'gone', 'gone') : '',
  ].filter((text) => text !== '');
  return changes.length === 0 && status === 'ok' ? 'nothing changed' : changes.join(', ');
}

function trouble({ name, error, status, heldBy }: OrganizationResult, { style }: Output): string[] {
  if (heldBy !== undefined) {
    return [
      `${style.dim('–')} ${name}: collected by process ${heldBy.pid} on ${heldBy.host} since ${heldBy.since.slice(11, 16)} UTC; --wait 600 waits for it`,
    ];
  }
  if (error === undefined) return [];
  const windows = error.windows.length === 1 ? '' : ` (${plural(error.windows.length, 'window')})`;
  return [
    `${style.red(status === 'failed' ? '✖' : '⚠')} ${name}${windows}: ${error.message}`,
    ...(error.hint === undefined ? [] : [`  ${renderHint(error.hint)}`]),
  ];
}

function narrowed(organizations: readonly OrganizationResult[]): string[] {
  return organizations
    .filter((each) => each.narrowed.length > 0)
    .map(
      ({ name, narrowed }) =>
        `Too long ago for ${name}'s reports: ${narrowed.map(({ endpoint, since }) => `${endpoint} before ${formatDate(since)}`).join(', ')}`,
    );
}

function missing(organizations: readonly OrganizationResult[]): string[] {
  return organizations
    .filter((each) => each.missing.length > 0)
    .map((each) => `Not read of ${each.name}: ${each.missing.join(', ')}`);
}

function unregistered(organizations: readonly OrganizationResult[]): string[] {
  return organizations.flatMap(({ name, unregistered: ids = [] }) => {
    const known = ids.filter((id) => id !== null);
    const ofNone = ids.includes(null)
      ? [`${name} comes with spend of no organization, too, which is not collected.`]
      : [];
    if (known.length === 0) return ofNone;
    return [
      `${name} comes with spend of ${plural(known.length, 'organization')} more, not collected: ${known.join(', ')} → costs keys add`,
      ...ofNone,
    ];
  });
}

function ending(result: SyncResult, { style }: Output): string {
  const { status, organizations, runId, milliseconds } = result;
  const good = organizations.filter((each) => each.status !== 'failed').length;
  const run = `Run ${runId.slice(0, SHORT_ID)}, ${formatDuration(milliseconds)}`;
  if (status === 'ok') return `${style.green('Done.')} ${totals(result)}${run}`;
  const words =
    status === 'partial' ? `Partly done: ${good} of ${plural(organizations.length, 'organization')}.` : 'Failed.';
  return `${style.red(words)} ${run}, exit ${exitCodeOf(result)}`;
}

function totals({ organizations, basis }: SyncResult): string {
  const read = organizations.filter(({ days }) => days > 0);
  return read.length === 1 && read[0] !== undefined && read[0].totals.length > 0
    ? `${formatAmounts(read[0].totals)} ${basis === 'usage' ? 'estimated for' : 'in'} what was read. `
    : '';
}
