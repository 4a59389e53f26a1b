import type { DemoDocument } from '../domain/demo.js';
import type { ReportComparison } from '../domain/report.js';
import { arrangeReport } from '../domain/report-order.js';
import { shell } from '../domain/shell.js';
import { formatAmounts, formatDuration } from './format.js';
import { formatCount, formatDay, plural } from '../domain/words.js';
import { nameProgram } from './hint.js';
import type { Output } from './output.js';
import { renderReport } from './report.js';

/** What the demo did, a report worth reading, what is to be noticed in it, and where to go from here. */
export function renderDemo(
  view: DemoDocument & { home: string | null },
  {
    comparison,
    now,
    program,
    inTheWay,
  }: { comparison: ReportComparison; now: Date; program: string; inTheWay: boolean },
  output: Output,
): string {
  const { style } = output;
  const ok = style.green('✔');
  const { again, compared, restated, anomaly, unlinked } = view;
  const nothing = again.inserted + again.updated + again.deleted === 0;
  const equal = compared.equal === compared.days;
  const lines = [
    style.bold('SYNTHETIC DATA.') + ' Local emulator, throw-away store; nothing leaves this machine.',
    `${ok} store ready ${formatDuration(view.storeMilliseconds)}   ${ok} ${plural(view.organizations, 'organization')}, ${plural(view.projects, 'project')}, ${view.days} days, ${formatCount(view.rows)} rows`,
    `${nothing ? ok : style.red('✖')} read again: ${nothing ? 'nothing changed' : 'something changed'}   ${equal ? ok : style.red('✖')} ${compared.equal} of ${compared.days} days equal the provider's total`,
    '',
    renderReport({ report: arrangeReport(view.report, {}, comparison), team: 'demo', now }, output),
    '',
    `Noticed: ${formatDay(anomaly.day)} ${anomaly.project} cost 3× its usual`,
    `  → ${shell`costs explain ${anomaly.day} --project ${anomaly.project}`}`,
    `  the provider changed ${plural(restated.rows, 'row')} of ${plural(restated.days, 'past day')}, ${formatAmounts(restated.difference, { signed: true }) || 'no spend'}`,
    '  → costs changes --since 1d',
    `  ${plural(unlinked.projects, 'project belongs', 'projects belong')} to no project of ours, ${formatAmounts(unlinked.totals) || 'no spend'}`,
    '  → costs projects link',
    '',
    ...(view.home === null
      ? ['To try these here → costs demo --keep', 'Your own key      → costs keys add']
      : [
          `To try these here → ${inTheWay ? 'unset DATABASE_URL COSTS_DATABASE_URL COSTS_TEAM; ' : ''}${shell`export COSTS_HOME=${view.home}`}`,
          'Your own key, in another terminal → costs keys add',
        ]),
  ];
  // Nothing is installed yet where this is run first, and its text may go through a pipe on the way to a person.
  return nameProgram(lines.join('\n'), program);
}
