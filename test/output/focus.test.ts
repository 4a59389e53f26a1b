import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/domain/day.js';
import { FOCUS_VERSIONS, type ExportRow, type FocusVersion } from '../../src/domain/export.js';
import { layOut } from '../../src/output/export/layout.js';
import { csvText } from '../../src/output/export/text.js';
import { focusLayout } from '../../src/output/focus/layout.js';
import { charge, DAY, type Given } from '../helpers/export-row.js';
import { checkFocus, distil, readFocusRules, type FocusCells } from '../helpers/focus-rules.js';

const PUBLISHED = { '1.2': 'focus-1.2-rules.json', '1.4': 'focus-1.4-model.json' };

function focus(rows: readonly ExportRow[], version: FocusVersion = '1.2'): FocusCells[] {
  const { head, row } = csvText(layOut(focusLayout(version)));
  return parse<FocusCells>(head + rows.map((each) => row(each, false)).join(''), { columns: true });
}
const one = (given: Given, version: FocusVersion = '1.2') => focus([charge(given)], version)[0] ?? {};
const different = (rows: readonly FocusCells[], column: string) => new Set(rows.map((row) => row[column]));

/** A month of what bills hold: floats of a provider, thirds, credits, corrections, another currency, files of clouds. */
const MONTH: ExportRow[] = [
  ...Array.from({ length: 30 }, (_, index) => {
    const quantity = 31_415 * (index + 1) ** 2;
    return charge({ day: addDays(DAY, -index), quantity: `${quantity}`, cost: `${quantity * 0.00000125}` });
  }),
  charge({ cost: '1', quantity: '3', quantityUnit: '1000_tokens', lineItem: 'thirds, output' }),
  charge({ cost: '0.5', lineItem: 'gpt-5, input' }),
  charge({ cost: '0.5', lineItem: 'gpt-5, input [EUR]', currency: 'EUR', quantity: '400000' }),
  charge({ cost: '-0.25', lineItem: 'gpt-5, input', quantity: '-200000' }),
  charge({ cost: '-0.25', lineItem: 'gpt-5, output' }),
  charge({ cost: '-10', lineItem: 'Credit grant' }),
  charge({ cost: '-3', lineItem: 'Rounding' }),
  charge({ cost: '0', quantity: '0', listUnitPrice: '0.00000125' }),
  charge({ cost: '0', quantity: '5', lineItem: 'Seats', quantityUnit: 'user-months', listCost: '95' }),
  charge({ cost: '0.3', listCost: '0.9', lineItem: 'Included' }),
  charge({ cost: '0.000000000000000000000000000007', lineItem: 'Tiny' }),
  charge({ cost: '2', provider: 'aws', lineItem: 'AmazonS3 · Requests', costType: 'Usage', isOfAllServices: true }),
  charge({ cost: '19', quantity: '0.032258064516129031', quantityUnit: 'user-months', lineItem: 'Seats' }),
  ...['Purchase', 'Credit', 'Adjustment', 'Usage · Correction'].map((words) =>
    charge({
      provider: 'aws',
      cost: words === 'Credit' ? '-4' : '4',
      lineItem: `Amazon Bedrock · Claude input · ${words}`,
      costType: words.split(' · ')[0] ?? null,
      quantity: '2',
    }),
  ),
];
const TAX = charge({ provider: 'aws', cost: '4', lineItem: 'Tax · VAT', costType: 'Tax' });

describe.each(FOCUS_VERSIONS)('FOCUS %s', (version) => {
  it('breaks no rule that a file can be checked against', async () => {
    const { checked, broken } = checkFocus(await readFocusRules(version), focus(MONTH, version));
    expect(broken).toEqual([]);
    expect(checked.length).toBeGreaterThan(100);
  });

  it('has a tax without price or quantity, of which the rules say two things', async () => {
    const { broken } = checkFocus(await readFocusRules(version), focus([TAX], version));
    expect(broken.map(({ id }) => id)).toEqual(
      version === '1.2' ? ['PricingQuantity-C-008-M', 'PricingCategory-C-007-M'] : ['CAU-PricingCategory-C-007-M'],
    );
  });

  it('multiplies to what readers that compute in floats see as no more than rounding', () => {
    for (const row of focus(MONTH, version))
      for (const name of ['List', 'Contracted'].filter((each) => row[`${each}UnitPrice`] !== '')) {
        const [price, quantity, cost] = [`${name}UnitPrice`, 'PricingQuantity', `${name}Cost`].map((column) =>
          Number(row[column]),
        ) as [number, number, number];
        expect(Math.abs(price * quantity - cost)).toBeLessThanOrEqual(Math.abs(cost) * 2 ** -51);
      }
  });

  it('has its columns in order of their names, then ours, and those of its version', () => {
    const names = Object.keys(one({ cost: '1' }, version));
    const [own, theirs] = [names.filter((name) => name.startsWith('x_')), names.filter((name) => !/^x_/.test(name))];
    expect(names).toEqual([...theirs.sort(), ...own.sort()]);
    expect(names.includes('ProviderName')).toBe(version === '1.2');
    expect(names.includes('ServiceProviderName')).toBe(version === '1.4');
  });
});

describe('a SKU', () => {
  it('has one unit and one unit price, however the floats of its bills fell', () => {
    const days = focus(MONTH).slice(0, 30);
    for (const column of ['SkuId', 'SkuPriceId', 'PricingUnit', 'ConsumedUnit', 'ListUnitPrice', 'ContractedUnitPrice'])
      expect(different(days, column).size).toBe(1);
    expect(days[0]).toMatchObject({ ListUnitPrice: '0.00000125', PricingUnit: 'Tokens', SkuMeter: 'Input Tokens' });
    expect(days.some(({ ListCost, BilledCost }) => ListCost !== BilledCost)).toBe(true);
    const units = new Map<string, Set<string>>();
    for (const { SkuId = '', PricingUnit = '' } of focus(MONTH).filter((row) => row.SkuId !== ''))
      units.set(SkuId, (units.get(SkuId) ?? new Set()).add(PricingUnit));
    expect([...units.values()].every(({ size }) => size === 1)).toBe(true);
    // What nobody counted is in no currency, either, as SKUs are of all of them.
    const [dollars, euros] = ['USD', 'EUR'].map((currency) =>
      one({ cost: '3', currency, lineItem: currency === 'USD' ? 'Seats' : 'Seats [EUR]' }),
    );
    expect([euros?.SkuId, euros?.PricingUnit]).toEqual([dollars?.SkuId, dollars?.PricingUnit]);
  });

  it('is named without its currency, its meter without the words it was split by', () => {
    expect(one({ cost: '1', lineItem: 'gpt-5, input [EUR]', currency: 'EUR', quantity: '1' })).toMatchObject({
      SkuId: 'openai: gpt-5, input',
      SkuPriceId: 'openai: gpt-5, input | EUR | Tokens',
    });
    const split = { serviceTier: 'batch', contextWindow: '200k+', lineItem: 'Code Execution · 200k+ · batch' };
    expect(one({ cost: '1', provider: 'anthropic', ...split })).toMatchObject({ SkuMeter: 'Code Execution' });
    const cached = { tokenType: 'cache_creation.ephemeral_5m_input_tokens', model: 'claude-sonnet-4-5' };
    const { SkuMeter, SkuPriceDetails = '' } = one({ cost: '1', provider: 'anthropic', ...split, ...cached });
    expect(SkuMeter).toBe('Cache Creation 5m Input Tokens');
    expect(JSON.parse(SkuPriceDetails)).toEqual({
      x_ModelId: 'claude-sonnet-4-5',
      x_ModelFamily: 'claude-sonnet',
      x_ModelDeveloper: 'Anthropic',
      x_TokenType: cached.tokenType,
      x_ServiceTier: 'batch',
      x_ContextWindow: '200k+',
    });
  });

  it('has the list price of the bill, else of the price book, else what was charged', () => {
    const sold = { cost: '0.9', quantity: '1000000' };
    const prices = (given: Given) => {
      const { ListUnitPrice, ListCost, ContractedUnitPrice, ContractedCost, BilledCost } = one(given);
      return [ListUnitPrice, ListCost, ContractedUnitPrice, ContractedCost, BilledCost];
    };
    const contracted = ['0.0000009', '0.9', '0.9'];
    expect(prices({ ...sold, listCost: '2', listUnitPrice: '0.000005' })).toEqual(['0.000002', '2', ...contracted]);
    expect(prices({ ...sold, listUnitPrice: '0.00000125' })).toEqual(['0.00000125', '1.25', ...contracted]);
    expect(prices(sold)).toEqual(['0.0000009', '0.9', ...contracted]);
    expect(prices({ cost: '0', listCost: '0.9' })).toEqual(['1', '0.9', '0', '0', '0']);
  });
});

it('calls a credit what is one: taken back usage stays usage, and what a file says stands', () => {
  const categoryOf = (given: Given) => one(given).ChargeCategory;
  expect(categoryOf({ cost: '-1', lineItem: 'Promotional credits' })).toBe('Credit');
  expect(categoryOf({ cost: '-1', lineItem: 'gpt-5, input' })).toBe('Usage');
  expect(categoryOf({ cost: '-1', lineItem: 'Billing fix' })).toBe('Adjustment');
  const bedrock = { provider: 'aws', cost: '4', costType: 'Usage', lineItem: 'Bedrock · Claude · Correction' };
  expect(one(bedrock)).toMatchObject({ ChargeCategory: 'Usage', ChargeClass: 'Correction' });
  expect(one({ cost: '-10', lineItem: 'Credit grant' })).toMatchObject({
    ...{
      ConsumedQuantity: '',
      PricingQuantity: '-10',
      PricingUnit: 'Currency Units',
      ListUnitPrice: '1',
      ListCost: '-10',
    },
    SkuId: 'openai: Credit grant',
  });
});

it('names the service that a file names, and of one provider what it sells', () => {
  const serviceOf = (given: Omit<Given, 'cost'>) => one({ ...given, cost: '4' }).ServiceName;
  expect(serviceOf({ provider: 'aws', lineItem: 'Amazon Bedrock · Claude input · Credit' })).toBe('Amazon Bedrock');
  expect(serviceOf({ provider: 'azure', lineItem: 'Storage [EUR]', currency: 'EUR' })).toBe('Storage');
  expect(serviceOf({ provider: 'aws', lineItem: 'unspecified' })).toBe('AWS');
  expect(serviceOf({ lineItem: 'gpt-5, input · batch' })).toBe('OpenAI API');
});

it('puts into the category of AI what is kept for being AI, and of a whole bill what the list of services names', () => {
  const categoryOf = (given: Omit<Given, 'cost'>) => {
    const { ServiceCategory, ServiceSubcategory } = one({ ...given, cost: '4' });
    return [ServiceCategory, ServiceSubcategory];
  };
  const [ai, other] = [
    ['AI and Machine Learning', 'Generative AI'],
    ['Other', 'Other (Other)'],
  ];
  const whole = { provider: 'aws', isOfAllServices: true };
  expect(categoryOf({ provider: 'aws', lineItem: 'Amazon Textract · Pages' })).toEqual(ai);
  expect(categoryOf({ ...whole, lineItem: 'Amazon Bedrock · Claude input' })).toEqual(ai);
  expect(categoryOf({ ...whole, lineItem: 'AmazonS3 · Bedrock logs' })).toEqual(other);
  expect(categoryOf({ ...whole, lineItem: 'unspecified' })).toEqual(other);
  expect(categoryOf({ lineItem: 'gpt-5, input', isOfAllServices: true })).toEqual(ai);
});

it('notices a file that breaks rules', async () => {
  const row = { BilledCost: '1,5', ListUnitPrice: '2', PricingQuantity: '3', ListCost: '5', ChargeCategory: 'Gift' };
  const broken = async (version: FocusVersion) =>
    checkFocus(await readFocusRules(version), [row]).broken.map(({ id }) => id);
  expect(await broken('1.2')).toEqual(
    expect.arrayContaining([
      'BilledCost-C-001-M',
      'ListCost-C-009-C',
      'ChargeCategory-C-003-M',
      'CostAndUsage-D-005-M',
    ]),
  );
  expect(await broken('1.4')).toEqual(
    expect.arrayContaining(['CAU-BilledCost-C-001-M', 'CAU-ListCost-C-011-C', 'CAU-CostAndUsage-D-075-M']),
  );
});

it.each(FOCUS_VERSIONS)('knows the rules of %s as they are published', async (version) => {
  const file = new URL(`../../../shared/contracts/${PUBLISHED[version]}`, import.meta.url);
  if (!existsSync(file)) return;
  const published = JSON.parse(await readFile(file, 'utf8')) as Parameters<typeof distil>[0];
  expect(await readFocusRules(version)).toEqual(distil(published));
});
