import { utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addDays, daysOf, endOfMonthOf, startOfDay, startOfMonthOf, type Day, type DaySpan } from '../../domain/day.js';
import { formatDecimal, parseDecimal, sum, type Decimal } from '../../domain/decimal.js';
import { makeFolder } from '../../folder.js';
import { isWeekend } from '../demo-world.js';
import { createRandom } from '../random.js';

/** What the demo's cloud bills: an account of AWS, whose models are bought by the hour of the day. */
export const DEMO_EXPORT = { provider: 'aws', account: '111122223333', name: 'Acme AWS' } as const;

const SERVICES = ['Amazon Bedrock', 'Claude Sonnet 4.5 (Amazon Bedrock Edition)', 'Amazon EC2'];
const COLUMNS = `BilledCost,BillingCurrency,BillingAccountId,BillingAccountName,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,\
ChargeCategory,ServiceName,SubAccountId,SubAccountName,ProviderName`;

/**
 * Fills a folder as AWS Data Exports does: a FOCUS file a month, and its manifest.
 * @returns what of a day is charged for models, which is what an import keeps
 */
export async function writeDemoExport(folder: string, span: DaySpan, now: Date): Promise<Map<Day, Decimal>> {
  const charged = new Map<Day, Decimal>();
  const months = new Map<Day, string[]>();
  for (const day of daysOf(span)) {
    const month = startOfMonthOf(day);
    const charges = chargesOf(day);
    months.set(month, [...(months.get(month) ?? []), ...charges.map((charge) => toRow(charge, day, month))]);
    charged.set(day, sum(charges.filter(({ service }) => service !== 'Amazon EC2').map(({ cost }) => cost)));
  }
  for (const [month, rows] of months) await deliver(folder, month, rows, now);
  return charged;
}

interface ExportedCharge {
  service: string;
  hour: number;
  cost: Decimal;
}

function chargesOf(day: Day): ExportedCharge[] {
  const random = createRandom('demo', 'aws', day);
  const size = isWeekend(day) ? 2 : 7;
  return [0, 9, 17].flatMap((hour) =>
    SERVICES.map((service) => ({ service, hour, cost: parseDecimal((size * (0.8 + 0.4 * random())).toFixed(10)) })),
  );
}

function toRow({ service, hour, cost }: ExportedCharge, day: Day, month: Day): string {
  const [from, to] = [hour, hour + 1].map((each) =>
    new Date(startOfDay(day).getTime() + each * 3_600_000).toISOString(),
  );
  const period = [month, addDays(endOfMonthOf(month), 1)].map((each) => startOfDay(each).toISOString());
  const { account, name } = DEMO_EXPORT;
  return [
    formatDecimal(cost),
    'USD',
    account,
    name,
    ...period,
    from,
    to,
    'Usage',
    service,
    '444455556666',
    'Data team',
    'AWS',
  ].join();
}

async function deliver(folder: string, month: Day, rows: string[], now: Date): Promise<void> {
  const period = `BILLING_PERIOD=${month.slice(0, 7)}`;
  const data = `spend/data/${period}/spend-00001.csv`;
  const manifest = { exportName: 'spend', billingPeriod: month.slice(0, 7), dataFiles: [`s3://acme-billing/${data}`] };
  const files = {
    [data]: [COLUMNS, ...rows].join('\n'),
    [`spend/metadata/${period}/spend-Manifest.json`]: JSON.stringify(manifest),
  };
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await makeFolder(dirname(path));
    await writeFile(path, content);
    await utimes(path, now, now);
  }
}
