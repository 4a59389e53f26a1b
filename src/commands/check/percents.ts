import { CostsError } from '../../errors.js';

/** Reads `80,90,100`: percents of a budget, each a whole number from 1 to 1000. @throws CostsError `usage` */
export function parsePercents(text: string): number[] {
  const parts = text.split(',').map((part) => part.trim().replace(/ ?%$/, ''));
  const percents = parts.map(Number);
  if (parts.every((part) => /^\d{1,4}$/.test(part)) && percents.every((each) => each >= 1 && each <= 1000))
    return percents;
  throw new CostsError('usage', `"${text}" is not a list of percents from 1 to 1000.`, {
    hint: 'costs check --budget --at 80,90,100',
  });
}
