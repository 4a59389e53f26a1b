import { addDays, type Day } from '../domain/day.js';
import { add, formatDecimal, parseDecimal } from '../domain/decimal.js';
import { addRow, editRows } from './edits.js';
import { amountText, worldRow, type World } from './world.js';

/** Dollars by which a restated row rises. */
const RAISE = parseDecimal('0.41');

/**
 * What the demo's provider changes after the fact: on three closed days of Acme Prod some rows cost a little more, one
 * vanishes and one comes late. Returns how many rows and days that touches.
 */
export function restateDemo({ organizations }: World, today: Day): { rows: number; days: number } {
  const organization = organizations[0];
  if (organization === undefined) return { rows: 0, days: 0 };
  const [recent, middle, old] = [1, 2, 4].map((ago) => addDays(today, -ago)) as [Day, Day, Day];
  const raised = [recent, middle, old].map((day) =>
    editRows(organization, day, (row) => {
      const isRaised = row.projectId === 'proj_support' && row.lineItem?.startsWith('gpt-5-mini') === true;
      return isRaised ? { ...row, amount: formatDecimal(add(parseDecimal(amountText(row.amount)), RAISE)) } : row;
    }),
  );
  const gone = editRows(organization, old, (row) => (row.lineItem === 'Vector store storage' ? null : row));
  addRow(organization, recent, worldRow({ projectId: 'proj_recommend', lineItem: 'gpt-5, output', amount: '2.75' }));
  return { rows: raised.reduce((sum, rows) => sum + rows, 0) + gone + 1, days: 3 };
}
