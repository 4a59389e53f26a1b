import { expect, it } from 'vitest';
import { perform } from '../../src/commands/perform.js';
import { pricesCheck } from '../../src/commands/usage/prices/check.js';
import { parseDay } from '../../src/domain/day.js';
import { recordContext } from '../helpers/context.js';
import { useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects } from '../helpers/spend.js';

it('usage prices check names a model of the bills that no price is known of, once, and none that has one', async () => {
  const { database } = await useTestDatabase('postgresql');
  await fillProjects(database.prisma);
  const bills = [
    ['2026-11-20', 'gpt-5', 'gpt-5, input'],
    ['2026-11-20', 'gpt-77-nova', 'gpt-77-nova, input'],
    ['2026-11-21', 'gpt-77-nova', 'gpt-77-nova, output'],
    ['2026-09-01', 'gpt-long-ago', 'gpt-long-ago, input'],
  ] as const;
  for (const [day, model, lineItem] of bills)
    await bill(database.prisma, 'search', parseDay(day), '3', { model, lineItem });
  await bill(database.prisma, 'foreign', parseDay('2026-11-20'), '3', { model: 'gpt-of-others', lineItem: 'x' });
  const { context, last } = recordContext(database, new Date('2026-11-23T12:00:00Z'));
  expect(await perform(pricesCheck, {}, context)).toBe(1);
  const { findings } = last() as { findings: { code: string; model: string | null; message: string }[] };
  expect(findings.map(({ code, model }) => [code, model])).toEqual([['no-price', 'gpt-77-nova']]);
  expect(findings[0]?.message).toContain('gpt-77-nova');
});
