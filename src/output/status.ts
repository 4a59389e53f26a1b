import type { DayState } from '../domain/collection.js';
import { WARN_DAYS } from '../domain/key-view.js';
import type { OrganizationStatus, Status } from '../domain/status.js';
import { shell } from '../domain/shell.js';
import { providerName } from '../providers/registry.js';
import { billReportLines } from './bill-report.js';
import { formatAge, formatAmounts } from './format.js';
import { formatDate, formatDay, formatInstant, plural } from '../domain/words.js';
import type { Output } from './output.js';
import { renderTable, type Column } from './table.js';
import { renderHint } from './hint.js';

/** From here on there is room for a mark of every day that is told. */
const WIDE = 80;
const FEW_DAYS = 10;

const MARKS: Record<DayState, string> = { settled: '■', provisional: '▪', open: '□', gap: '×', adopted: '◇' };

/** One line an organization, with a mark a day; then what wants a person. */
export function renderStatus(status: Status, output: Output): string {
  const { organizations, unlinked, news, sameDollars, findings } = status;
  const now = new Date(status.now);
  const head = `${status.team} · ${status.store} · ${formatInstant(status.now)}`;
  if (organizations.length === 0) return `${head}\nNo organization is registered. → costs keys add`;
  const shown = organizations.map((each) => ({
    ...each,
    recent: output.width < WIDE ? each.recent.slice(-FEW_DAYS) : each.recent,
  }));
  const first = shown[0]?.recent[0]?.day;
  const columns: Column[] = [
    { head: 'Organization' },
    { head: '' },
    { head: 'Read' },
    // The marks of the days tell it, too.
    { head: 'Settled to', lesser: 'context' },
    { head: first === undefined ? '' : `${formatDay(first)} … today` },
    { head: 'Key' },
  ];
  return [
    head,
    renderTable(
      columns,
      shown.map((each) => row(each, now, output)),
      output,
    ),
    renderTable([{ head: '' }], [[legend(organizations)]], output),
    ...billReportLines(organizations),
    ...organizations.flatMap(adoptedLine),
    ...(unlinked.projects === 0
      ? []
      : [
          `Not linked  ${plural(unlinked.projects, 'project')}, ${formatAmounts(unlinked.totals) || 'no spend'} → costs projects list --unlinked`,
        ]),
    ...news.map(({ provider, path, firstSeenAt }) => {
      const what = path.includes('=') ? 'a new value, stored as it came' : 'a new field, not stored';
      return `${providerName(provider)}'s answers have ${what}: ${path}, first seen on ${formatDate(firstSeenAt)}`;
    }),
    ...sameDollars.filter(({ isTwice }) => !isTwice).map(({ message, hint }) => `${message} ${renderHint(hint)}`),
    ...findings.map(
      ({ organization, message, hint }) =>
        `${output.style.yellow('⚠')} ${organization}: ${message} ${renderHint(hint)}`,
    ),
  ].join('\n');
}

function legend(organizations: readonly OrganizationStatus[]): string {
  const adopted = organizations.some((each) => each.adopted.length > 0) ? '  ◇ adopted, not proven' : '';
  return `■ settled  ▪ provisional  □ read before the day ended  × never read${adopted}`;
}

function adoptedLine({ name, organizationId, adopted, days }: OrganizationStatus): string[] {
  const [since, until] = [adopted[0]?.since, adopted.at(-1)?.until];
  if (since === undefined || until === undefined) return [];
  const backfill = shell`costs backfill --organization ${organizationId} --since ${since} --until ${until}`;
  return [
    `${name}: ${plural(days.adopted, 'day is', 'days are')} adopted, not proven. To compare with the provider → ${backfill}`,
  ];
}

function row(
  { provider, name, active, hasKey, billSource, lastReadAt, settledTo, recent, keyDaysLeft }: OrganizationStatus,
  now: Date,
  { style }: Output,
): string[] {
  const read = lastReadAt === null ? 'never' : formatAge(new Date(lastReadAt), now);
  return [
    providerName(provider),
    name,
    read,
    settledTo === null ? '–' : formatDay(settledTo),
    recent.map(({ state }) => MARKS[state]).join(''),
    active ? keyState(keyDaysLeft, style) : hasKey ? 'disabled' : billSource === 'files' ? 'files' : 'no key',
  ];
}

function keyState(daysLeft: number | null, style: Output['style']): string {
  if (daysLeft === null) return 'ok';
  if (daysLeft < 0) return style.red('expired');
  return daysLeft <= WARN_DAYS ? style.yellow(plural(daysLeft, 'day')) : 'ok';
}
