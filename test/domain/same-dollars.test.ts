import { describe, expect, it } from 'vitest';
import type { Day } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import { findSameDollars, type DailyAmount } from '../../src/domain/same-dollars.js';

const AMOUNTS = ['12.5', '7.25', '99.5', '1.125', '64.3', '31.75', '5.5'];
const days = (amounts: readonly string[], of: Partial<DailyAmount>): DailyAmount[] =>
  amounts.map((cost, index) => ({
    provider: 'anthropic',
    organizationId: 'ant-1',
    organization: 'Acme EU',
    projectId: 'p1',
    project: 'Default',
    day: `2026-11-0${index + 1}` as Day,
    currency: 'USD',
    cost: parseDecimal(cost),
    basis: 'billed',
    ...of,
  }));
const cloud = { provider: 'aws', organizationId: 'payer', organization: 'Payer' };
const found = (...amounts: DailyAmount[][]) =>
  findSameDollars(amounts.flat(), () => true).map(({ sources, days: same, of, isTwice }) => [
    ...sources.map(({ organization, project }) => [organization, project ?? 'all'].join('/')),
    same,
    of,
    isTwice,
  ]);

describe('dollars that two organizations have', () => {
  it('are found where a part of a cloud has the amounts of a company, rounded in other digits', () => {
    const resold = days(
      AMOUNTS.map((amount) => `${amount}0001`),
      { ...cloud, projectId: 'a1', project: 'Claude' },
    );
    const rest = days(['3', '2', '3', '2', '3', '2', '3'], { ...cloud, projectId: 'a2', project: 'Compute' });
    expect(found(days(AMOUNTS, {}), resold, rest)).toEqual([['Payer/Claude', 'Acme EU/all', 7, 7, true]]);
  });

  it('are told from a few amounts that happen to be alike', () => {
    const others = ['12.5', '8', '99', '2', '64.3', '40', '5.5'];
    expect(found(days(AMOUNTS, {}), days(others, cloud))).toEqual([]);
    expect(found(days(AMOUNTS.slice(0, 4), {}), days(AMOUNTS.slice(0, 4), cloud))).toEqual([]);
    expect(found(days(AMOUNTS, {}), days(AMOUNTS, { ...cloud, currency: 'EUR' }))).toEqual([]);
    const cents = AMOUNTS.map(() => '0.001');
    expect(found(days(cents, {}), days(cents, cloud))).toEqual([]);
  });

  it('count once where one of the two is usage, and say which', () => {
    const [usage] = findSameDollars(
      [
        ...days(AMOUNTS, {}),
        ...days(AMOUNTS, { provider: 'litellm', organizationId: 'proxy', organization: 'Proxy', basis: 'usage' }),
      ],
      () => true,
    );
    expect(usage).toMatchObject({ isTwice: false, hint: 'costs report --basis billed' });
    expect(usage?.message).toContain('The bill of Acme EU is counted');
  });

  it('are found where a proxy adds up what several companies bill', () => {
    const other = ['3.5', '40', '2.75', '18', '9.9', '77', '0.5'];
    const company = { provider: 'openai', organizationId: 'org-1', organization: 'Acme US' };
    const proxy = { provider: 'litellm', organizationId: 'proxy', organization: 'Proxy', basis: 'usage' } as const;
    const sums = AMOUNTS.map((amount, index) => `${Number(amount) + Number(other[index])}`);
    const bills = [days(AMOUNTS, {}), days(other, company)];
    const third = days(['1', '5', '2', '4', '7', '3', '6'], { ...cloud });
    expect(found(...bills, third, days(sums, proxy))).toEqual([
      ['Acme EU/all', 'Acme US/all', 'Proxy/all', 7, 7, false],
    ]);
    expect(found(...bills, days(sums.toReversed(), proxy))).toEqual([]);
  });

  it('are found on the days that both were read for, where one of them was read less far', () => {
    const long = [...AMOUNTS, '8', '6'];
    const read = (from: string) =>
      findSameDollars(
        [...days(long, {}), ...days(AMOUNTS, cloud)],
        ({ provider }, day) => provider !== 'aws' || day < from,
      );
    expect(read('2026-11-08')).toMatchObject([{ days: 7, of: 7 }]);
    expect(read('2026-11-10')).toEqual([]);
    expect(read('2026-11-05')).toEqual([]);
  });

  it('are of one account that was registered with two providers, too', () => {
    const again = { provider: 'focus', organizationId: 'payer', organization: 'Payer' };
    expect(found(days(AMOUNTS, cloud), days(AMOUNTS, again))).toMatchObject([['Payer/all', 'Payer/all', 7, 7, true]]);
  });
});
