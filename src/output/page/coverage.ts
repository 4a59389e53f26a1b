import type { CoverageState } from '../../domain/report.js';
import type { OrganizationCoverage, SpendPage } from '../../domain/spend-page.js';
import { formatDay, plural } from '../../domain/words.js';
import { instant, shortSpan } from './figures.js';
import { markup, name, type Html } from './html.js';
import type { Day } from '../../domain/day.js';
import { groupBy } from '../../domain/group-into.js';

/** The marks of `costs status`, and the words for them, in the order the legend shows them. */
const STATES: Record<CoverageState, { glyph: string; title: string }> = {
  settled: { glyph: '■', title: 'settled' },
  provisional: { glyph: '▪', title: 'provisional' },
  open: { glyph: '□', title: 'not over' },
  'half-read': { glyph: '°', title: 'read half-way' },
  adopted: { glyph: '◇', title: 'adopted, not proven' },
  gap: { glyph: '×', title: 'never read' },
  'not-collected': { glyph: '·', title: 'not collected' },
};
const ORDER = Object.keys(STATES) as CoverageState[];

/** What was read of each organization, a mark a day. */
export function coverageSection({ organizations, filters }: SpendPage): Html {
  const used = ORDER.filter((state) => organizations.some(({ days }) => days.some((each) => each.state === state)));
  return markup`<section class="coverage" aria-labelledby="coverage"><h2 id="coverage">What was read</h2>
${
  organizations.length === 0
    ? filters.length > 0
      ? markup`<p class="none">No organization has such rows.</p>`
      : markup`<p class="none">No organization is registered. <code>costs keys add</code></p>`
    : markup`<ul class="strips">${organizations.map(strip)}</ul>
<p class="legend-line">${used.map((state) => markup`<span><b class="day ${state}">${STATES[state].glyph}</b> ${STATES[state].title}</span> `)}</p>`
}</section>`;
}

function strip({ provider, organization, organizationId, readAt, days }: OrganizationCoverage): Html {
  const counts = ORDER.flatMap((state) => {
    const count = days.filter((each) => each.state === state).length;
    return count === 0 ? [] : [`${plural(count, 'day')} ${STATES[state].title}`];
  });
  return markup`<li data-organization="${organizationId}"><p><strong>${name(organization)}</strong> <span class="where">${provider}, ${readAt === null ? 'never read' : `read ${instant(readAt)}`}</span></p>
<p class="strip" role="img" aria-label="${counts.join(', ')}">${monthsOf(days).map(month)}</p><p class="fine">${counts.join(', ')}</p></li>`;
}

function month(days: OrganizationCoverage['days']): Html {
  const [first] = days;
  return markup`<span class="month"><span class="from">${first === undefined ? '' : formatDay(first.day)}</span><span>${runs(
    days,
  ).map(
    ({ state, since, until, count }) =>
      markup`<b class="day ${state}" title="${shortSpan({ since, until })}: ${STATES[state].title}">${STATES[state].glyph.repeat(count)}</b>`,
  )}</span></span>`;
}

function monthsOf(days: OrganizationCoverage['days']): OrganizationCoverage['days'][] {
  return [...groupBy(days, ({ day }) => day.slice(0, 7)).values()];
}

interface Run {
  state: CoverageState;
  since: Day;
  until: Day;
  count: number;
}

function runs(days: OrganizationCoverage['days']): Run[] {
  const found: Run[] = [];
  for (const { day, state } of days) {
    const last = found.at(-1);
    if (last?.state === state) Object.assign(last, { until: day, count: last.count + 1 });
    else found.push({ state, since: day, until: day, count: 1 });
  }
  return found;
}
