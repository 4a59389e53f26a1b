import type { Run } from './screen.js';

const FONT = 14;
const LINE = 20;
const CELL = 8.43;
const EDGE = 18;
/** On a dark ground, each at least 4.5 : 1 against it. */
const COLOURS: Record<number, string> = {
  31: '#ff7b72',
  32: '#56d364',
  33: '#e3b341',
  34: '#79c0ff',
  36: '#76e3ea',
  90: '#9aa4af',
};

/** A picture of a terminal, for a README: text, so that it can be searched, scaled and read aloud. */
export function drawTerminal(
  lines: readonly (readonly Run[])[],
  { columns, title }: { columns: number; title: string },
): string {
  const width = Math.ceil(columns * CELL + 2 * EDGE);
  const height = lines.length * LINE + 2 * EDGE;
  const rows = lines.map((runs, index) => {
    const spans = runs.map(({ text, codes }) => `<tspan${styleOf(codes)}>${escapeXml(text)}</tspan>`);
    return spans.length === 0 ? '' : `<text x="${EDGE}" y="${EDGE + LINE * index + FONT}">${spans.join('')}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>text { font: ${FONT}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #e6edf3; white-space: pre; }</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    ...rows.filter((row) => row !== ''),
    '</svg>',
    '',
  ].join('\n');
}

function styleOf(codes: readonly number[]): string {
  const colour = codes.map((code) => COLOURS[code]).findLast((each) => each !== undefined);
  return [
    codes.includes(1) ? ' font-weight="bold"' : '',
    codes.includes(2) ? ' fill="#9aa4af"' : colour === undefined ? '' : ` fill="${colour}"`,
  ].join('');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
