import { daysOf, type Day } from '../../domain/day.js';
import type { SpendPage } from '../../domain/spend-page.js';
import { markup, type Html } from './html.js';

/** Why a day does not say what it seems to say, the most serious first. */
export const MARKS = {
  gap: { glyph: '×', title: 'never read', explanation: 'a gap, not zero' },
  'half-read': {
    glyph: '°',
    title: 'read half-way',
    explanation: 'read before the day ended; its spend is incomplete',
  },
  open: { glyph: '□', title: 'not over', explanation: 'the day still goes on' },
  spike: { glyph: '▲', title: 'spike', explanation: 'a project cost far more than on the same weekday before' },
  restated: { glyph: 'Δ', title: 'restated', explanation: 'the provider changed it after it had been read' },
  unknown: { glyph: '?', title: 'partly unknown', explanation: 'usage without a price, in no bar' },
} as const;
export type Mark = keyof typeof MARKS;

export function glyph(mark: Mark): Html {
  return markup`<span class="glyph ${mark}" title="${MARKS[mark].title}">${MARKS[mark].glyph}</span>`;
}

/** The marks of each day. What is said of one currency is not said of another. */
export function marksOf(page: SpendPage, currency: string): Map<Day, Mark[]> {
  const found = new Map<Day, Set<Mark>>();
  const put = (day: Day, mark: Mark) => found.set(day, (found.get(day) ?? new Set()).add(mark));
  for (const { days } of page.organizations)
    for (const { day, state } of days)
      if (state === 'gap' || state === 'half-read' || state === 'open') put(day, state);
  for (const each of page.spikes) if (each.currency === currency) daysOf(each.span).forEach((day) => put(day, 'spike'));
  for (const each of page.restated) if (each.currency === currency) put(each.day, 'restated');
  return new Map([...found].map(([day, marks]) => [day, inOrder(marks)]));
}

/** The most serious first, each once. */
export function inOrder(marks: Iterable<Mark>): Mark[] {
  const found = new Set(marks);
  return (Object.keys(MARKS) as Mark[]).filter((mark) => found.has(mark));
}
