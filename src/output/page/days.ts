import { SETTLED_AFTER_DAYS } from '../../domain/collection.js';
import { spanOfAll } from '../../domain/day.js';
import { absolute, compare, formatDecimal, parseDecimal, percentOf, sum, ZERO } from '../../domain/decimal.js';
import type { CoverageSpan, RestatedDay } from '../../domain/report.js';
import type { Spike } from '../../domain/spikes.js';
import type { SpendPage } from '../../domain/spend-page.js';
import { formatCount, formatDay, plural, weekdayOf } from '../../domain/words.js';
import { money, shortSpan } from './figures.js';
import { markup, name, NOTHING, type Html } from './html.js';
import { glyph, MARKS, type Mark } from './marks.js';
import { whyOf } from './summary.js';
import { groupInto } from '../../domain/group-into.js';

const MOST_GAPS = 5;
const MOST_SPIKES = 6;
const MOST_RESTATED = 4;

/** Days that do not say what they seem to say: what is wrong with each, and what to do about it. */
export function daysSection(page: SpendPage): Html {
  const { gaps, halfRead, open } = page.report.coverage;
  const items = [
    ...gaps.slice(0, MOST_GAPS).map(gap),
    ...more(gaps.length - MOST_GAPS, 'gap', 'more gap', 'coverage'),
    ...halfRead.slice(0, MOST_GAPS).map(half),
    ...more(halfRead.length - MOST_GAPS, 'half-read', 'more half-read day', 'coverage'),
    ...page.spikes.slice(0, MOST_SPIKES).map((each) => spike(each, page)),
    ...more(page.spikes.length - MOST_SPIKES, 'spike', 'smaller spike'),
    ...restated(page.restated.filter(({ cause }) => cause === 'late' || cause === 'provider')),
    ...open.slice(0, 1).map(stillOpen),
  ];
  if (page.organizations.length === 0 && items.length === 0) return NOTHING;
  return markup`<section class="days" aria-labelledby="days"><h2 id="days">Days to look at</h2>
${items.length === 0 ? markup`<p class="none">Every day was read after it had ended, none stands out, and no provider changed one.</p>` : markup`<ul>${items}</ul>`}
${provisional(page)}</section>`;
}

function item(mark: Mark, when: string, text: Html): Html {
  return markup`<li class="${mark}" data-mark="${mark}">${glyph(mark)}<div><b>${when}</b> <span class="kind">${MARKS[mark].title}</span><p>${text}</p></div></li>`;
}

function gap(span: CoverageSpan): Html {
  return item(
    'gap',
    shortSpan(span),
    markup`${name(span.organization)} was never read. What it cost is missing here: a gap, not zero. <code>costs status</code>`,
  );
}

function half(span: CoverageSpan): Html {
  return item(
    'half-read',
    shortSpan(span),
    markup`${name(span.organization)} was last read before the day ended, so part of its spend is missing. <code>costs sync</code>`,
  );
}

function stillOpen(span: CoverageSpan): Html {
  return item('open', shortSpan(span), markup`The day is not over; its bar still grows.`);
}

function spike(found: Spike, page: SpendPage): Html {
  const { day, span, project, projectId, organization, currency, cost, usual, lineItem } = found;
  const why = page.causes.onSpikes.find((each) => each.projectId === projectId && each.day === day);
  const cause =
    lineItem === null
      ? NOTHING
      : markup` It rose most in ${name(lineItem.name)}: ${money(lineItem.cost, currency)} instead of ${money(lineItem.usual, currency)}.`;
  return item(
    'spike',
    shortSpan(span),
    markup`${name(project)} <span class="where">${name(organization ?? '(old system)')}</span> cost ${money(cost, currency)} ${currency}${times(cost, usual)} the ${money(usual, currency)} that is usual on a ${weekdayOf(day, 'long')}${span.since === span.until ? '' : ` (on ${formatDay(day)}, the highest of these days)`}.${cause}${why === undefined ? NOTHING : whyOf(why.causes, found)}`,
  );
}

function times(cost: string, usual: string): string {
  const [now, before] = [parseDecimal(cost), parseDecimal(usual)];
  return before <= ZERO ? ' instead of' : `, ${formatCount((percentOf(now, before) / 100).toFixed(1))} times`;
}

/** A line a day and currency, the largest changes first; what was changed here, such as what is read, is told below alone. */
function restated(all: readonly RestatedDay[]): Html[] {
  const sums = groupInto(all, ({ day, currency }) => [day, currency]).map((group) => {
    const difference = sum(group.map((each) => parseDecimal(each.difference)));
    return { ...group[0], group, difference, size: absolute(difference) };
  });
  const largest = sums.sort((a, b) => compare(b.size, a.size));
  return [
    ...largest.slice(0, MOST_RESTATED).map(({ day, currency, difference, group }) =>
      item(
        'restated',
        formatDay(day),
        markup`The provider changed ${plural(
          group.reduce((count, { rows }) => count + rows, 0),
          'row',
        )} after the day had been read: ${money(formatDecimal(difference), currency, { signed: true })} ${currency} in ${plural(new Set(group.map(({ projectId }) => projectId)).size, 'project')}. The bar shows it as it is now.`,
      ),
    ),
    ...more(largest.length - MOST_RESTATED, 'restated', 'more day', 'restatements'),
  ];
}

function more(count: number, mark: Mark, what: string, anchor?: string): Html[] {
  if (count <= 0) return [];
  const text = plural(count, what);
  return [
    markup`<li class="${mark}">${glyph(mark)}<div>${anchor === undefined ? text : markup`<a href="#${anchor}">${text}</a>`}</div></li>`,
  ];
}

function provisional({ report }: SpendPage): Html {
  const span = spanOfAll(report.coverage.provisional);
  if (span === null) return NOTHING;
  return markup`<p class="fine">Provisional: ${shortSpan(span)}. Providers may still change these days until ${SETTLED_AFTER_DAYS} days after their end.</p>`;
}
