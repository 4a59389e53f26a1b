import type { Fact } from './catalog.js';
import { step, type Step } from './step.js';

const BILL = `"api_version"::text = 'costs_v1'`;

/**
 * Gives adopted rows what ours cannot be without, once their columns are there: a bill its currency and line item, a key
 * that was encrypted by another program its place among the inactive ones.
 */
export function fillAdopted(target: readonly Fact[], live: readonly Fact[]): Step[] {
  const [isExpected, isThere] = [target, live].map(
    (facts) => (column: string) => facts.some(({ object }) => object === `column ${column}`),
  );
  const steps: Step[] = [];
  // Where the version is still to be added, there is no bill yet.
  if (isThere?.('cost_data.api_version') === true) {
    for (const [column, value] of [
      ['currency', 'USD'],
      ['line_item', 'unspecified'],
    ] as const) {
      if (isExpected?.(`cost_data.${column}`) !== true) continue;
      const empty = isThere(`cost_data.${column}`) ? ` AND "${column}" IS NULL` : '';
      steps.push(
        step(
          `give bills without ${column} the ${column} ${value}`,
          `UPDATE cost_data SET "${column}" = '${value}' WHERE ${BILL} AND "${column}" IS NULL`,
          null,
          'cost_data',
          {
            fills: {
              table: 'cost_data',
              column,
              before: 'NULL',
              needed: `SELECT FROM cost_data WHERE ${BILL}${empty} LIMIT 1`,
            },
          },
        ),
      );
    }
  }
  const keys = 'organization_api_keys';
  if (isThere?.(`${keys}.id`) === true && !isThere(`${keys}.source`)) {
    const active = isThere(`${keys}.is_active`) ? ' WHERE is_active' : '';
    steps.push(
      step(
        'switch keys off that another program encrypted: they are to be entered again',
        `UPDATE ${keys} SET is_active = false WHERE is_active`,
        null,
        keys,
        { fills: { table: keys, column: 'is_active', before: 'true', needed: `SELECT FROM ${keys}${active} LIMIT 1` } },
      ),
    );
  }
  return steps;
}
