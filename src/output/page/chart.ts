import { BarChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Stack } from './stack.js';
import { trusted, type Html } from './html.js';

echarts.use([BarChart, GridComponent, SVGRenderer]);

/** The room a chart is drawn for; it grows and shrinks with its place from there. */
export interface ChartSize {
  name: 'plot wide' | 'plot narrow';
  width: number;
  height: number;
  /** Labels below the bars. */
  labels: number;
  font: number;
}

export const CHART_SIZES: readonly ChartSize[] = [
  { name: 'plot wide', width: 1000, height: 300, labels: 12, font: 12 },
  { name: 'plot narrow', width: 360, height: 260, labels: 4, font: 11 },
];
/** Where the bars begin and end, in units of the size; the style sheet says the same of what lies over them. */
const GRID = { left: 52, right: 4, top: 26, bottom: 24 };

/**
 * Stacked bars as SVG. Colours are the page's own variables, so that one drawing serves light and dark; patterns make
 * the layers differ without colour. Heights are for the eye: amounts stand beside the chart, exact. No name is drawn in it.
 */
export function drawStack({ buckets, series }: Stack, { name, width, height, labels, font }: ChartSize): Html {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  const every = Math.max(1, Math.ceil(buckets.length / labels));
  const text = { color: 'var(--muted)', fontSize: font, fontFamily: 'inherit' };
  chart.setOption({
    animation: false,
    grid: { ...GRID, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category',
      data: buckets.map(({ tick }) => tick),
      axisLine: { lineStyle: { color: 'var(--axis)' } },
      axisTick: { show: false },
      axisLabel: { ...text, interval: (index: number) => index % every === 0, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      min: floorOf,
      axisLabel: { ...text, formatter: shortAmount, showMinLabel: false },
      splitLine: { showMinLine: false, lineStyle: { color: 'var(--line)' } },
    },
    series: series.map(({ look, costs }) => ({
      type: 'bar',
      stack: 'spend',
      silent: true,
      barMaxWidth: 44,
      barCategoryGap: buckets.length > 60 ? '12%' : '24%',
      itemStyle: { color: `url(#look-${look})` },
      data: costs.map((cost) => Number(cost ?? 0)),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return trusted(tidy(svg, name));
}

/** One project's bars without axes, as wide as its place. */
export function drawSpark(costs: readonly (string | null)[], look: number): Html {
  const [width, height] = [240, 36];
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    grid: { left: 0, right: 0, top: 1, bottom: 1 },
    xAxis: { type: 'category', show: false, data: costs.map((_, index) => index) },
    yAxis: { type: 'value', show: false },
    series: [
      {
        type: 'bar',
        silent: true,
        barMaxWidth: 24,
        barCategoryGap: '20%',
        itemStyle: { color: `var(--look-${look})` },
        data: costs.map((cost) => Number(cost ?? 0)),
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return trusted(tidy(svg, 'spark').replace('<svg ', '<svg preserveAspectRatio="none" '));
}

/** A small credit does not push the bars up by a whole step of the axis. */
function floorOf({ min, max }: { min: number; max: number }): number | undefined {
  return min < 0 && -min < max / 8 ? min * 1.05 : undefined;
}

const SCALES = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e4, 'k'],
] as const;

/** `12k`, `1,500`, `0.05`: a scale to read bars by, never wider than the room beside them. */
function shortAmount(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size >= 1e15) return `${sign}${size.toExponential(0).replace('+', '')}`;
  const [unit, letter] = SCALES.find(([least]) => size >= least) ?? [1, ''];
  const scaled = unit === 1e4 ? size / 1000 : size / unit;
  return `${sign}${Number(scaled.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 10 })}${letter}`;
}

/** Without what only a live chart needs: classes with hover styles, data for its client, a background. */
function tidy(svg: string, name: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/<rect [^>]*fill="none"><\/rect>/, '')
    .replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
    .replace(/ (?:xmlns:xlink|version|baseProfile)="[^"]*"/g, '')
    .replace(/\n+/g, '')
    .replace('<svg width="', `<svg class="${name}" aria-hidden="true" focusable="false" width="`);
}
