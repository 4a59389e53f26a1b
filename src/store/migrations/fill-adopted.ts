import type { Fact } from './catalog.js';
import { partsOf } from './column-types.js';
import { isText } from './enum-types.js';
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
    steps.push(...inCapitals(live));
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

/** OpenAI's own spelling of a currency is that of another one, as codes are compared. An enum has no label for ours. */
function inCapitals(live: readonly Fact[]): Step[] {
  const column = live.find(({ object }) => object === 'column cost_data.currency');
  if (column === undefined || !isText(partsOf(column.definition).type)) return [];
  const small = `${BILL} AND "currency" COLLATE "C" ~ '^[a-z]{3}$'`;
  return [
    step(
      'write the currencies of bills in capitals',
      `UPDATE cost_data SET "currency" = upper("currency" COLLATE "C") WHERE ${small}`,
      null,
      'cost_data',
      {
        fills: {
          table: 'cost_data',
          column: 'currency',
          before: 'lower("currency" COLLATE "C")',
          needed: `SELECT FROM cost_data WHERE ${small} LIMIT 1`,
        },
      },
    ),
  ];
}
