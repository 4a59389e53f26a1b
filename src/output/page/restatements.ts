import { CAUSES } from '../changes.js';
import { absolute, compare, parseDecimal, type Decimal } from '../../domain/decimal.js';
import { Sums } from '../../domain/money.js';
import type { RestatedDay } from '../../domain/report.js';
import type { SpendPage } from '../../domain/spend-page.js';
import { formatDay, formatTime, plural } from '../../domain/words.js';
import { money } from './figures.js';
import { markup, name, NOTHING, type Html } from './html.js';

const SHOWN = 50;
/** What providers changed of days that had been read after their end. */
export function restatementsSection({ restated, organizations }: SpendPage): Html {
  if (restated.length === 0 && organizations.length === 0) return NOTHING;
  const largest = [...restated].sort((a, b) => compare(sizeOf(b), sizeOf(a))).slice(0, SHOWN);
  const rest = restated.length - largest.length;
  return markup`<section class="restated" aria-labelledby="restatements"><h2 id="restatements">Restatements</h2>
${
  restated.length === 0
    ? markup`<p class="none">No day of this report was changed after it had been read.</p>`
    : markup`<p>${summary(restated)} These changes are in every figure above.</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="restatements"><table class="figures">
<thead><tr><th scope="col">Day</th><th scope="col">Project</th><th scope="col">Organization</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Difference</th><th scope="col">Why</th><th scope="col">Seen</th></tr></thead>
<tbody>${largest.map(row)}</tbody></table></div>${rest > 0 ? markup`<p class="fine">and ${plural(rest, 'smaller one')}</p>` : null}`
}</section>`;
}

function row({ day, project, organization, currency, cause, rows, difference, recordedAt }: RestatedDay): Html {
  return markup`<tr><td>${formatDay(day)}</td><td class="name">${name(project)}</td><td>${name(organization ?? '(old system)')}</td><td class="number">${rows}</td><td class="number">${money(difference, currency, { signed: true })} ${currency}</td><td>${CAUSES[cause]}</td><td>${formatTime(recordedAt)}</td></tr>`;
}

function summary(restated: readonly RestatedDay[]): Html {
  const sums = new Sums(restated.map(({ currency, difference }) => ({ currency, cost: difference })));
  const rows = restated.reduce((sum, each) => sum + each.rows, 0);
  const days = new Set(restated.map(({ day }) => day)).size;
  const amounts = sums
    .toDocuments()
    .map(
      ({ currency, cost }, index) =>
        markup`${index === 0 ? '' : ', '}${money(cost, currency, { signed: true })} ${currency}`,
    );
  return markup`Changed after first report: ${plural(rows, 'row')} on ${plural(days, 'day')}, ${amounts} in all.`;
}

function sizeOf({ difference }: RestatedDay): Decimal {
  return absolute(parseDecimal(difference));
}
