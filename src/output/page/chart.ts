import { markup, type Html } from './html.js';
import type { Stack } from './stack.js';

/** The room a chart is drawn for; it grows and shrinks with its place from there. */
export interface ChartSize {
  name: 'plot wide' | 'plot narrow';
  width: number;
  height: number;
  /** The most labels below the bars. */
  labels: number;
  font: number;
}

export const CHART_SIZES: readonly ChartSize[] = [
  { name: 'plot wide', width: 1000, height: 300, labels: 12, font: 12 },
  { name: 'plot narrow', width: 360, height: 260, labels: 4, font: 11 },
];
/** Around the bars, in units of the size; the style sheet says the same of what lies over them. */
const MARGIN = { left: 52, right: 4, top: 26, bottom: 27 };
const WIDEST_BAR = 44;
/** Half of the longest label below the bars, which has to stay within the drawing. */
const HALF_LABEL = 32;

/**
 * Stacked bars as SVG. Colours are the page's own variables, so that one drawing serves light and dark; patterns make
 * the layers differ without colour. Heights are for the eye: amounts stand beside the chart, exact. No name is drawn in it.
 * @param title for who cannot see it
 */
export function drawStack({ buckets, series }: Stack, size: ChartSize, title: string): Html {
  const { name, width, height, labels, font } = size;
  const [left, right, bottom] = [MARGIN.left, width - MARGIN.right, height - MARGIN.bottom];
  const bars = stack(series.map(({ costs }) => costs.map(Number)));
  const axis = axisOf(bars.flat(2));
  const y = (value: number) => scale(value, axis, [bottom, MARGIN.top]);
  const band = (right - left) / buckets.length;
  const bar = Math.min(WIDEST_BAR, band * (buckets.length > 60 ? 0.88 : 0.76));
  const middle = (index: number) => left + (index + 0.5) * band;
  const every = Math.ceil(buckets.length / labels);
  return markup`<svg class="${name}" role="img" aria-label="${title}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<g stroke="var(--line)">${axis.ticks.filter((tick) => tick !== 0).map((tick) => markup`<path d="M${left} ${y(tick)}H${right}"/>`)}</g>
${series.map(({ look }, layer) => markup`<g fill="url(#look-${look})">${(bars[layer] ?? []).map((part, index) => rect(part, y, middle(index) - bar / 2, bar))}</g>`)}
<path d="M${left} ${y(0)}H${right}" stroke="var(--axis)"/>
<g fill="var(--muted)" font-size="${font}"><g text-anchor="end">${axis.ticks.map((tick) => markup`<text x="${left - 8}" y="${round(y(tick) + font * 0.35)}">${shortAmount(tick, axis.most)}</text>`)}</g>
${buckets.map(({ tick }, index) => {
  const x = Math.min(middle(index), width - HALF_LABEL);
  return index % every === 0
    ? markup`<text x="${round(x)}" y="${height - 6}" text-anchor="middle">${tick}</text>`
    : null;
})}</g></svg>`;
}

/** One project's bars without axes, as wide as its place; its figures stand beside it. */
export function drawSpark(costs: readonly (string | null)[], look: number): Html {
  const [width, height] = [240, 36];
  const [bars = []] = stack([costs.map(Number)]);
  const extent = { least: Math.min(0, ...bars.flat()), most: Math.max(0, ...bars.flat()) };
  const y = (value: number) => scale(value, extent, [height - 1, 1]);
  const band = width / costs.length;
  const bar = Math.min(24, band * 0.8);
  return markup`<svg class="spark" aria-hidden="true" focusable="false" preserveAspectRatio="none" viewBox="0 0 ${width} ${height}" fill="var(--look-${look})">${bars.map(
    (part, index) => rect(part, y, (index + 0.5) * band - bar / 2, bar),
  )}</svg>`;
}

/** Where a layer's part of a bar begins and ends. */
type Part = readonly [from: number, to: number];

/** The layers of each bar on top of one another; credits hang below the line. */
function stack(layers: readonly (readonly number[])[]): Part[][] {
  const tops = new Map<string, number>();
  return layers.map((costs) =>
    costs.map((cost, index): Part => {
      const side = `${index}${cost < 0 ? '-' : '+'}`;
      const from = tops.get(side) ?? 0;
      tops.set(side, from + cost);
      return [from, from + cost];
    }),
  );
}

function rect([from, to]: Part, y: (value: number) => number, x: number, width: number): Html | null {
  if (from === to) return null;
  const top = Math.min(y(from), y(to));
  return markup`<rect x="${round(x)}" y="${top}" width="${round(width)}" height="${round(Math.abs(y(from) - y(to)))}"/>`;
}

interface Extent {
  least: number;
  most: number;
}

/** From zero to the next round step past the highest bar, in about four steps. */
function axisOf(values: readonly number[]): Extent & { ticks: number[] } {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const step = roundStep((most - least || 1) / 4);
  const highest = Math.ceil(most / step) || (least < 0 ? 0 : 1);
  // A small credit does not push the bars up by a whole step.
  const lowest = -least < most / 8 ? 0 : Math.floor(least / step);
  const ticks = Array.from({ length: highest - lowest + 1 }, (_, index) => (lowest + index) * step);
  return { least: Math.min(least * 1.05, lowest * step), most: highest * step, ticks };
}

/** 1, 2, 2.5 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 2.5, 5].find((each) => each * power >= step * 0.999) ?? 10) * power;
}

function scale(value: number, { least, most }: Extent, [from, to]: readonly [number, number]): number {
  return round(from + ((value - least) / (most - least || 1)) * (to - from));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const SCALES = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e4, 'k'],
] as const;

/** `12k`, `1,500`, `0.05`: a scale to read bars by, in one unit, never wider than the room beside them. */
function shortAmount(value: number, largest: number): string {
  const sign = value < 0 ? '−' : '';
  const size = Math.abs(value);
  if (size >= 1e15) return `${sign}${size.toExponential(0).replace('+', '')}`;
  const [unit, letter] = SCALES.find(([least]) => largest >= least) ?? [1, ''];
  const scaled = size / (unit === 1e4 ? 1000 : unit);
  return `${sign}${Number(scaled.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 10 })}${size === 0 ? '' : letter}`;
}
