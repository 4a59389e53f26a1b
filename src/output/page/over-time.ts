import type { DaySpan } from '../../domain/day.js';
import { STACK_WORDS, type SpendPage, type StackWord } from '../../domain/spend-page.js';
import { nameSome } from '../../domain/words.js';
import { CHART_SIZES, drawStack } from './chart.js';
import { money, shortSpan } from './figures.js';
import { markup, name, NOTHING, type Html } from './html.js';
import { inOrder, MARKS, type Mark } from './marks.js';
import { stackOf, type Series, type Stack, type StackBucket } from './stack.js';

/** Spend over time in one currency, stacked by project or by provider, with what is wrong of which bar below it. */
export function overTimeSection(page: SpendPage, currency: string, id: string): Html {
  if (page.overTime.rows.provider.every((row) => row.currency !== currency || row.cost === null))
    return markup`<section class="over-time"><p class="none">Nothing here has a price: what it cost is unknown, and no bar can show it.</p></section>`;
  const stacks = STACK_WORDS.map((by) => ({ by, stack: stackOf(page, by, currency) }));
  return markup`<section class="over-time" aria-labelledby="${id}-over-time ${id}-currency">
<div class="section-head"><h2 id="${id}-over-time">Spend by ${page.overTime.word}</h2>
<div class="switch" role="radiogroup" aria-label="Stacked by">${stacks.map(
    ({ by }, index) =>
      markup`<label><input type="radio" name="${id}-stack" value="${by}"${index === 0 ? checked : null}><span>By ${by}</span></label>`,
  )}</div></div>
${stacks.map(({ by, stack }) => figure(stack, by, currency))}
</section>`;
}

const checked = markup` checked`;

function figure(stack: Stack, by: StackWord, currency: string): Html {
  const { word } = stack;
  const title = `Bars of spend by ${word} in ${currency}, stacked by ${by}; the same figures stand in the table below.`;
  return markup`<figure class="stacked by-${by}" data-stack="${by}">
<ul class="legend">${stack.series.map(
    (series) => markup`<li>${swatch(series.look)}${name(series.name)} ${money(series.total, currency)}</li>`,
  )}</ul>
<div class="chart">${CHART_SIZES.map((size) => drawStack(stack, size, title))}${hits(stack, currency)}</div>
${lanes(stack)}
<details class="as-table"><summary>These bars as a table</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Spend by ${word} and ${by}"><table class="figures" data-report="${by},${word}" data-currency="${currency}">
<thead><tr><th scope="col">${word}</th>${stack.series.map(
    ({ name: title }) => markup`<th scope="col" class="number">${name(title)}</th>`,
  )}<th scope="col" class="number">Total</th></tr></thead>
<tbody>${stack.buckets.map((bucket, index) => tableRow(bucket, index, stack.series, currency))}</tbody></table></div></details>
</figure>`;
}

function tableRow(
  { key, label, marks, total }: StackBucket,
  index: number,
  series: readonly Series[],
  currency: string,
): Html {
  return markup`<tr data-key="${key}"><th scope="row">${label} ${marks.map((mark) => MARKS[mark].glyph).join(' ')}</th>${series.map(
    ({ costs }) => markup`<td class="number">${money(costs[index] ?? null, currency)}</td>`,
  )}<td class="number">${money(total, currency)}</td></tr>`;
}

/** Over every bar a place to point at, which tells what is in it. */
function hits({ buckets, series }: Stack, currency: string): Html {
  return markup`<div class="hits" aria-hidden="true">${buckets.map((bucket, index) => {
    const side = index * 2 < buckets.length ? 'left' : 'right';
    const layers = [...series].reverse().filter(({ costs }) => costs[index] !== '0');
    return markup`<div class="hit ${side}" tabindex="-1"><div class="tip"><p><b>${bucket.label}</b> ${money(bucket.total, currency)}</p>${bucket.marks.map(
      (mark) => markup`<p class="why">${MARKS[mark].glyph} ${MARKS[mark].title}: ${MARKS[mark].explanation}</p>`,
    )}<ul>${layers.map(
      ({ look, name: title, costs }) =>
        markup`<li>${swatch(look)}<span>${name(title)}</span>${money(costs[index] ?? null, currency)}</li>`,
    )}</ul></div></div>`;
  })}</div>`;
}

/** Below the bars a lane for each kind of mark: a block under each bar that carries it. */
function lanes({ buckets, word }: Stack): Html {
  const kinds = inOrder(buckets.flatMap(({ marks }) => marks));
  if (kinds.length === 0) return NOTHING;
  return markup`<dl class="lanes" aria-label="Marked ${word}s">${kinds.map((mark) => {
    const { glyph, title, explanation } = MARKS[mark];
    const runs = runsOf(buckets, mark);
    return markup`<div class="lane ${mark}"><dt><b>${glyph}</b></dt><dd class="track">${runs.map(
      ({ from, to, ...span }) =>
        markup`<i title="${title}: ${shortSpan(span)}" style="left:${percent(from, buckets.length)}%;width:${percent(to - from + 1, buckets.length)}%"></i>`,
    )}</dd><dd class="means">${title}, ${explanation}: ${nameSome(
      runs.map((run) => shortSpan(run)),
      4,
    )}</dd></div>`;
  })}</dl>`;
}

type Run = DaySpan & { from: number; to: number };

function runsOf(buckets: readonly StackBucket[], mark: Mark): Run[] {
  const runs: Run[] = [];
  for (const [index, { marks, span }] of buckets.entries()) {
    if (!marks.includes(mark)) continue;
    const last = runs.at(-1);
    if (last?.to === index - 1) Object.assign(last, { to: index, until: span.until });
    else runs.push({ from: index, to: index, ...span });
  }
  return runs;
}

function percent(part: number, whole: number): number {
  return Math.round((part / whole) * 100_000) / 1000;
}

export function swatch(look: number): Html {
  return markup`<svg class="swatch" width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="2" fill="url(#look-${look})"/></svg>`;
}
