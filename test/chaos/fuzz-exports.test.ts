import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays } from '../../src/domain/day.js';
import { add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../../src/domain/decimal.js';
import type { ExportRow } from '../../src/domain/export.js';
import { CostsError } from '../../src/errors.js';
import { readFocusFiles } from '../../src/imports/read.js';
import { importFocus } from '../../src/library/import-focus.js';
import { encoderOf, type Encoding } from '../../src/output/export/encode.js';
import { createStore } from '../../src/store/store.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { charge, DAY } from '../helpers/export-row.js';
import { workplaceOf } from '../helpers/workplace.js';
import { fuzzTerms } from './fuzz-terms.js';

const TERMS = fuzzTerms({ parts: 3, longMinutes: 2, fewRuns: 12, seed: 11 });

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`));
const amount = fc
  .tuple(fc.constantFrom('', '', '', '-'), fc.oneof(digits(4), digits(9), digits(35)), fc.oneof(digits(6), digits(30)))
  .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`);
const words = fc.oneof(
  fc.constantFrom(
    'gpt-5, input',
    'Claude "Opus", output',
    'Überschuß\r\nzwei',
    '-1',
    '=SUM(A1)',
    "'=1",
    '👩‍💻',
    'a\u202eb',
    ' ',
  ),
  fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }),
  fc.string({ minLength: 1, maxLength: 1_600 }),
);
const row = fc.record({
  day: fc.integer({ min: -40, max: 20 }).map((offset) => addDays(DAY, offset)),
  providerProjectId: fc.constantFrom('proj_1', '222', 'ünï "x"', 'a,b'),
  lineItem: words,
  project: words,
  cost: amount,
  quantity: fc.option(amount, { nil: undefined }),
  listCost: fc.option(amount, { nil: undefined }),
  quantityUnit: fc.constantFrom('tokens', '1000_tokens', 'images', null),
  currency: fc.constantFrom('USD', 'USD', 'EUR', 'JPY'),
  costType: fc.constantFrom(null, 'Usage', 'Credit', 'Tax', 'Purchase'),
  model: fc.constantFrom(null, 'gpt-5'),
});

let folder: string;
let base: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'costs-round-'));
  base = await createTestDatabase('postgresql');
  await base.database.prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
});
afterAll(() => Promise.all([base.drop(), rm(folder, { recursive: true })]));

/** What a file of the format holds of the rows. JSON lines are what other exporters make of the same columns. */
async function write(rows: readonly ExportRow[], format: Encoding['format'] | 'focus-jsonl'): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const encoder = await encoderOf({ format: format === 'focus-jsonl' ? 'focus-csv' : format, focusVersion: '1.2' });
  const writer = encoder.begin((chunk) => Promise.resolve(void chunks.push(Buffer.from(chunk))));
  await writer.write(rows);
  await writer.end();
  const bytes = Buffer.concat(chunks);
  if (format !== 'focus-jsonl') return bytes;
  const records = parseCsv<Record<string, string>>(bytes, { columns: true });
  return Buffer.from(
    records.map((each) => JSON.stringify(each).replace(/"BilledCost":"([^"]+)"/, '"BilledCost":$1')).join('\n'),
  );
}

async function readInto(path: string): Promise<Awaited<ReturnType<typeof importFocus>>> {
  const store = createStore(base.database);
  const { signal } = new AbortController();
  const work = workplaceOf(store, { signal, focusFiles: (request) => readFocusFiles(request, signal) });
  const how = { only: 'all', services: [], projectBy: 'sub-account', dryRun: false, acceptRestatement: false } as const;
  return importFocus(work, { paths: [path], provider: 'aws', ...how });
}

/** Sums by day, project and currency; those of zero are as good as none. */
type Sums = Record<string, string>;

function sumsOf(rows: readonly ExportRow[]): Sums {
  const sums = new Map<string, Decimal>();
  for (const { day, providerProjectId, currency, cost } of rows) {
    const key = `${day} ${providerProjectId ?? ''} ${currency}`;
    sums.set(key, add(sums.get(key) ?? ZERO, cost));
  }
  return Object.fromEntries([...sums].flatMap(([key, sum]) => (sum === ZERO ? [] : [[key, formatDecimal(sum)]])));
}

async function storedOf(organization: string): Promise<Sums> {
  const rows = await base.database.prisma.$queryRaw<{ key: string; cost: string }[]>`
    SELECT concat_ws(' ', to_char(c.bucket_start_time, 'YYYY-MM-DD'), p.ai_project_id, c.currency) AS key, sum(c.cost)::text AS cost
    FROM cost_data c JOIN projects p ON p.id = c.project_id WHERE p.ai_organization_id = ${organization}
    GROUP BY 1 HAVING sum(c.cost) <> 0`;
  return Object.fromEntries(rows.map(({ key, cost }) => [key, formatDecimal(parseDecimal(cost))]));
}

let files = 0;

it.each(['focus-csv', 'focus-jsonl', 'focus-parquet'] as const)(
  'what is exported as %s is read back to the last digit, or refused in a sentence and not stored at all',
  { timeout: TERMS.timeout },
  async (format) => {
    let whole = 0;
    const attempt = async (given: readonly Parameters<typeof charge>[0][]) => {
      const organizationId = `org-${(files += 1)}`;
      const rows = given.map((each) => charge({ ...each, provider: 'aws', organizationId }));
      const path = join(folder, `${files}.${format.replace('focus-', '')}`);
      try {
        await writeFile(path, await write(rows, format));
        const { organizations } = await readInto(path);
        const refused = organizations.find(({ error }) => error !== undefined);
        // What only the database refuses was not understood.
        expect(refused?.error?.message ?? 'A sentence.').toMatch(/^(?!.*refused a statement).*[.]$/);
        if (refused !== undefined) return;
      } catch (error) {
        expect(error).toBeInstanceOf(CostsError);
        expect((error as CostsError).message).toMatch(/[.]$/);
        expect(await storedOf(organizationId)).toEqual({});
        return;
      }
      expect(await storedOf(organizationId)).toEqual(sumsOf(rows));
      whole += 1;
    };
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 25 }), (given) =>
        attempt(
          given.map(({ quantity, listCost, ...rest }) => ({
            ...rest,
            ...(quantity === undefined ? {} : { quantity }),
            ...(listCost === undefined ? {} : { listCost }),
          })),
        ),
      ),
      TERMS.parameters,
    );
    await attempt([{ cost: '0.1' }, { cost: '-0.0000000000000000000000000003' }]);
    expect(whole).toBeGreaterThan(0);
  },
);

it.each(['csv', 'jsonl', 'parquet'] as const)(
  'an export as %s, which is no bill, is refused in a sentence',
  async (format) => {
    const path = join(folder, `plain.${format}`);
    await writeFile(path, await write([charge({ cost: '1' })], format));
    // In JSON lines a column may be missing where it is null.
    const missing = format === 'jsonl' ? /row 1: \w+: is empty/ : /the column BilledCost is missing/;
    await expect(readInto(path)).rejects.toThrow(missing);
  },
);
