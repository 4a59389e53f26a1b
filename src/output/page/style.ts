/** Rows that stand before the others are asked for, so that a phone shows a year on few screens. */
export const ROWS_SHOWN = 40;

/** The page's own style sheet: light and dark by what the reader prefers, one column on a phone, plain on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfcfa; --card: #ffffff; --ink: #1d2127; --muted: #646b75; --line: #e8e5df; --axis: #b9b5ac;
  --accent: #1f5a8c; --up: #9a3412; --down: #1c6b48; --warn: #8a5a00; --wrong: #a4262c; --hover: rgba(31,90,140,.08);
  --weave: rgba(255,255,255,.55);
  --look-1: #24557f; --look-2: #d99a4e; --look-3: #5a9a94; --look-4: #b5523b; --look-5: #93abc4; --look-6: #74567f;
  --look-7: #9aa86b; --look-8: #cf9aa8; --look-0: #b9b9b6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1b1f25; --ink: #e8e6e1; --muted: #9ba2ac; --line: #2b3038; --axis: #5a616b;
    --accent: #7db4e0; --up: #f0a27f; --down: #7fcaa2; --warn: #e5bd66; --wrong: #f2938c; --hover: rgba(125,180,224,.12);
    --weave: rgba(20,23,27,.5);
    --look-1: #6fa3d2; --look-2: #dfa868; --look-3: #62aaa2; --look-4: #d4745c; --look-5: #46637f; --look-6: #a485b3;
    --look-7: #a9b87c; --look-8: #d9a5b3; --look-0: #6d7177;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main, footer { max-width: 1060px; margin: 0 auto; padding: 0 24px; }
main { padding-top: 40px; }
h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 30px; line-height: 1.15; font-weight: 650; letter-spacing: -.015em; }
h2 { font-size: 18px; line-height: 1.3; font-weight: 640; letter-spacing: -.005em; }
h3 { font-size: 13px; font-weight: 600; color: var(--muted); }
section { margin-top: 44px; }
bdi { overflow-wrap: anywhere; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--hover); padding: .1em .35em; border-radius: 4px; }
a { color: var(--accent); }
.fine, .where, .label, .team { color: var(--muted); font-size: 13px; }
.none { color: var(--muted); margin-top: 10px; }
.team { font-size: 14px; margin-bottom: 2px; }
.totals { display: flex; flex-wrap: wrap; gap: 4px 28px; margin-top: 14px; font-size: 24px; font-weight: 640; letter-spacing: -.015em; }
.filters { margin-top: 8px; font-size: 13px; }
.money, .amount, .percent, .share, .number { font-variant-numeric: tabular-nums lining-nums; white-space: nowrap; }
.unpriced { color: var(--warn); font-style: italic; }
.flag { color: var(--warn); font-size: 12px; white-space: nowrap; }
.where { font-weight: 400; }
.section-head { display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center; justify-content: space-between; }
.currency-head { margin-top: 48px; padding-bottom: 6px; border-bottom: 1px solid var(--axis); font-size: 22px; }
.looks { position: absolute; }
.weave { stroke: var(--weave); stroke-width: 1.3; fill: none; }
.dots { fill: var(--weave); }

.summary { margin-top: 26px; }
.total .amount { font-size: 46px; line-height: 1.1; font-weight: 680; letter-spacing: -.025em; }
.total .amount, .top .amount, .total .money, .top .amount .money, .totals .money { white-space: normal; overflow-wrap: anywhere; }
.total .currency { font-size: 18px; font-weight: 500; letter-spacing: 0; color: var(--muted); }
.total .change { margin-top: 6px; font-size: 16px; }
.summary h2 { margin-top: 36px; }
.top { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 16px; margin-top: 12px; }
.top li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px 12px; display: flex; flex-direction: column; min-width: 0; }
.top .who { line-height: 1.35; }
.top .amount { font-size: 24px; font-weight: 640; letter-spacing: -.015em; margin-top: 6px; }
.top .amount .share { font-size: 14px; font-weight: 500; color: var(--muted); letter-spacing: 0; margin-left: 4px; }
.top .change { font-size: 14px; }
.top .who, .movers .who, .breakdown .who { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.spark { display: block; width: 100%; height: 36px; margin-top: auto; padding-top: 0; }
.top .change + .spark { margin-top: 12px; }

.side-by-side { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 48px; }
.movers ol { margin-top: 12px; }
.movers li { display: grid; grid-template-columns: minmax(0, 1fr) auto 5.4em; gap: 0 12px; padding: 8px 0; border-top: 1px solid var(--line); }
.movers .who { font-weight: 560; }
.movers .amount, .movers .percent { text-align: right; }
.movers .up .amount, .movers .up .percent, .movers .up .who > span:first-child { color: var(--up); }
.movers .down .amount, .movers .down .percent, .movers .down .who > span:first-child { color: var(--down); }
.movers .who > span:first-child { font-size: 11px; }
.movers .bar { align-self: center; }
.movers li .why { grid-column: 1 / -1; }
.why { display: block; font-size: 13px; color: var(--muted); overflow-wrap: anywhere; }
.month-end { margin-top: 10px; }
.budget { font-size: 13px; color: var(--muted); }
.budget.over { color: var(--wrong); }
.meter { display: block; position: relative; height: 8px; margin: 4px 0; background: var(--line); border-radius: 2px; }
.meter i { position: absolute; top: 0; bottom: 0; }
.meter .spent { left: 0; background: var(--accent); border-radius: 2px; }
.meter .limit { top: -3px; bottom: -3px; width: 2px; margin-left: -2px; background: var(--ink); }
.movers li .fine { grid-column: 2 / 4; text-align: right; font-size: 12px; }
.bar { height: 5px; display: block; }
.bar i { display: block; height: 100%; min-width: 2px; border-radius: 2px; background: var(--look-1); }
.movers .up .bar i { background: var(--up); }
.movers .down .bar i { background: none; border: 1px solid var(--down); }
.movers > .fine:last-child { padding-top: 6px; border-top: 1px solid var(--line); text-align: right; }

.days ul { margin-top: 12px; }
main > .days ul { columns: 2; column-gap: 48px; }
main > .days li { break-inside: avoid; }
.days li { display: grid; grid-template-columns: 22px minmax(0, 1fr); padding: 8px 0; border-top: 1px solid var(--line); font-size: 14px; }
.days .kind { color: var(--muted); font-size: 13px; }
.glyph { font-weight: 700; text-align: left; }
.gap .glyph, .half-read .glyph, .glyph.gap, .glyph.half-read { color: var(--wrong); }
.glyph.spike { color: var(--up); }
.glyph.restated, .glyph.unpriced { color: var(--warn); }
.glyph.open { color: var(--muted); }
.days > .fine { margin-top: 10px; }

.switch { display: inline-flex; border: 1px solid var(--line); border-radius: 8px; padding: 2px; background: var(--card); font-size: 13px; }
.switch label { cursor: pointer; }
.switch input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.switch span { display: block; padding: 4px 12px; border-radius: 6px; color: var(--muted); }
.switch input:checked + span { background: var(--ink); color: var(--paper); }
.switch input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
.over-time:has(input[value="project"]:checked) .by-provider, .over-time:has(input[value="provider"]:checked) .by-project { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 12px 0 4px; font-size: 13px; }
.legend li { display: flex; gap: 7px; align-items: baseline; max-width: 100%; min-width: 0; }
.legend bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 220px; }
.legend .money { color: var(--muted); }
.swatch { flex: none; align-self: center; }
.chart { position: relative; --left: 5.2%; --right: .4%; --top: 8.667%; --bottom: 9%; }
.plot { display: block; width: 100%; height: auto; font-family: inherit; font-variant-numeric: tabular-nums; }
.plot.narrow { display: none; }
.hits { position: absolute; left: var(--left); right: var(--right); top: 0; bottom: var(--bottom); display: flex; }
.hit { flex: 1 1 0; min-width: 0; position: relative; outline: none; }
.hit:hover, .hit:focus { background: var(--hover); }
.tip { display: none; position: absolute; z-index: 2; top: 6px; width: max-content; min-width: 190px; max-width: 300px; padding: 10px 12px; background: var(--card); color: var(--ink); border: 1px solid var(--axis); border-radius: 8px; font-size: 12.5px; line-height: 1.4; box-shadow: 0 6px 20px rgba(0,0,0,.16); pointer-events: none; }
.hit.left .tip { left: calc(100% + 8px); }
.hit.right .tip { right: calc(100% + 8px); }
.hit:hover .tip, .hit:focus .tip { display: block; }
.tip > p { display: flex; justify-content: space-between; gap: 16px; }
.tip .why { color: var(--warn); display: block; }
.tip li { display: grid; grid-template-columns: 12px minmax(0, 1fr) auto; gap: 8px; align-items: center; }
.tip li > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.lanes { margin-top: 2px; font-size: 12.5px; }
.lane { display: grid; grid-template-columns: 5.2% minmax(0, 1fr) .4%; padding: 3px 0; }
.lane dt { text-align: right; padding-right: 8px; line-height: 1; font-size: 14px; }
.lane .track { position: relative; height: 9px; background: var(--line); border-radius: 2px; }
.lane .track i { position: absolute; top: 0; bottom: 0; min-width: 4px; border-radius: 2px; background: var(--muted); }
.lane.gap .track i, .lane.half-read .track i { background: var(--wrong); }
.lane.spike .track i { background: var(--up); }
.lane.restated .track i, .lane.unknown .track i { background: var(--warn); }
.lane .means { grid-column: 2; color: var(--muted); padding-top: 1px; }
.as-table { margin-top: 12px; font-size: 13px; }
summary { cursor: pointer; color: var(--accent); }
summary:focus-visible, .scroll:focus-visible, th button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

.breakdowns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 28px 48px; margin-top: 14px; }
.breakdown li, .breakdown summary { display: grid; grid-template-columns: minmax(0, 1fr) auto 3.4em; gap: 0 10px; padding: 6px 0 7px; align-items: baseline; font-size: 14px; }
.breakdown ul { margin-top: 4px; }
.breakdown small { color: var(--muted); font-size: 13px; }
.breakdown .drill { display: block; padding: 0; }
.breakdown .drill summary { color: inherit; }
.breakdown .drill .who::before { content: "▸ "; color: var(--accent); }
.breakdown .drill details[open] > summary .who::before { content: "▾ "; }
.breakdown .drill li > .who::before { content: none; }
.breakdown .below { margin: 0 0 6px 6px; padding-left: 10px; border-left: 1px solid var(--line); }
.breakdown .below li, .breakdown .below summary { grid-template-columns: minmax(0, 1fr) auto; padding: 3px 0; font-size: 13px; }
.breakdown .below li:has(> details) { display: block; padding: 0; }
.breakdown .bar { grid-column: 1 / -1; height: 4px; margin-top: 3px; background: var(--line); border-radius: 2px; }
.breakdown .bar i.credit { background: none; border: 1px solid var(--look-1); }
.breakdown .share, .breakdown .money { text-align: right; }
.breakdown .share { color: var(--muted); }

.search { display: inline-flex; gap: 8px; align-items: center; font-size: 13px; color: var(--muted); }
.search input { font: inherit; font-size: 15px; color: var(--ink); background: var(--card); border: 1px solid var(--axis); border-radius: 7px; padding: 5px 9px; width: 220px; max-width: 60vw; }
.scroll { overflow-x: auto; margin-top: 10px; }
.figures { border-collapse: collapse; width: 100%; font-size: 14px; }
.figures th, .figures td { text-align: left; padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
.figures th:last-child, .figures td:last-child { padding-right: 2px; }
.figures .number { text-align: right; }
.figures thead th { color: var(--muted); font-weight: 600; font-size: 13px; white-space: nowrap; border-bottom-color: var(--axis); }
.as-table .figures { font-size: 13px; }
.as-table .figures th[scope=row] { white-space: nowrap; font-weight: 500; }
.figures td { max-width: 26em; }
.figures td.name { min-width: 8.5em; }
.figures td.number, .restated td:first-child { min-width: 0; white-space: nowrap; }
.restated td:last-child { white-space: nowrap; }
.figures tfoot th, .figures tfoot td { font-weight: 640; border-bottom: 0; }
.rows:has(#unfold:not(:checked)) #report tbody tr:nth-child(n+${ROWS_SHOWN + 1}) { display: none; }
.unfold { display: block; margin-top: 10px; font-size: 14px; cursor: pointer; }
.figures tbody tr:hover { background: var(--hover); }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
th[aria-sort=ascending] button::after { content: " ↑"; }
th[aria-sort=descending] button::after { content: " ↓"; }

.strips li { padding: 10px 0; border-top: 1px solid var(--line); }
.strips { margin-top: 12px; }
.strip { display: flex; flex-wrap: wrap; gap: 6px 14px; margin: 4px 0; }
.month { display: inline-flex; flex-direction: column; line-height: 1.1; }
.month .from { font-size: 11px; color: var(--muted); }
.month { font: 15px/1.2 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.month > b { display: inline; }
.day { font-weight: 400; letter-spacing: 0; color: var(--accent); font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.day.gap, .day.half-read { color: var(--wrong); font-weight: 700; }
.day.not-collected { color: var(--muted); }
.legend-line { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--muted); margin-top: 6px; }
footer { margin-top: 48px; padding-top: 14px; padding-bottom: 40px; color: var(--muted); font-size: 12.5px; }
footer p { border: 0; }

@media screen and (max-width: 760px) {
  main, footer { padding-left: 16px; padding-right: 16px; }
  main { padding-top: 24px; }
  section { margin-top: 36px; }
  h1 { font-size: 25px; }
  .total .amount { font-size: 36px; }
  .top, .side-by-side, .breakdowns { grid-template-columns: minmax(0, 1fr); }
  .top { gap: 10px; }
  main > .days ul { columns: 1; }
  .plot.wide { display: none; }
  .plot.narrow { display: block; }
  .chart { --left: 14.444%; --right: 1.111%; --top: 10%; --bottom: 10.385%; }
  .lane { grid-template-columns: 14.444% minmax(0, 1fr) 1.111%; }
  .chart { position: relative; }
  .hit { position: static; }
  .hit.left .tip, .hit.right .tip { left: 0; right: 0; top: 100%; width: auto; max-width: none; }
  .legend { flex-direction: column; }
  .legend li { justify-content: flex-start; }
  .legend .money { margin-left: auto; }
  .figures th, .figures td { padding-right: 12px; }
  #report, #report thead, #report tbody, #report tfoot { display: block; }
  #report tr { display: grid; grid-template-columns: minmax(0, 1fr) auto 4.2em; grid-auto-flow: row dense; gap: 0 8px; padding: 7px 0; border-bottom: 1px solid var(--line); }
  #report tr[hidden] { display: none; }
  #report thead tr { display: flex; flex-wrap: wrap; gap: 4px 16px; border-bottom-color: var(--axis); }
  #report th, #report td { display: block; border: 0; padding: 0; max-width: none; min-width: 0; }
  #report .name, #report tfoot th { grid-column: 1; }
  #report td.name ~ td.name { color: var(--muted); font-size: 13px; }
  #report td.cost, #report td.figure, #report td.difference { grid-column: 2; }
  #report td.currency, #report td.change { grid-column: 3; }
  #report td.currency { color: var(--muted); text-align: right; }
  #report td.figure, #report td.difference, #report td.change { font-size: 13px; color: var(--muted); }
  #report td.share, #report td.figure:empty { display: none; }
  #report td.figure::before { content: attr(data-head) " "; }
  .money { white-space: normal; overflow-wrap: anywhere; }
  #report td.number, .breakdown .money, .movers .amount, .movers li .fine { min-width: 0; white-space: normal; }
  #report tr, .movers li { grid-template-columns: minmax(38%, 1fr) minmax(auto, max-content) 4.2em; }
  .restated .figures tr > :nth-child(3), .restated .figures tr > :nth-child(4), .restated .figures tr > :nth-child(7) { display: none; }
}
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .search, .unfold, .switch, .as-table, .tip, .breakdown small { display: none; }
  .breakdown .drill .who::before { content: none; }
  @page { margin: 11mm; }
  /* A sheet is as wide as a phone's page, and shows as much as a desk's. */
  body { zoom: .68; background: none; }
  .breakdowns { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 16px 32px; }
  section { margin-top: 20px; }
  .breakdown li, .breakdown summary { padding: 3px 0 4px; }
  h1, h2, h3, .section-head { break-after: avoid; }
  figure, .total, .top li, .movers li, .breakdown li, .days li, .strips li, tr { break-inside: avoid; }
  /* A sheet cannot be scrolled. */
  .scroll { overflow: visible; }
  .figures thead th { white-space: normal; vertical-align: bottom; }
  /* The total stands below the rows, once, and not at the foot of every page. */
  tfoot { display: table-row-group; }
}
`;
