import { CostsError } from '../../errors.js';

/** Of a budget. */
export const MOST_PERCENT = 1000;

/** Reads `80,90,100`: percents of a budget, each a whole number from 1 to 1000. @throws CostsError `usage` */
export function parsePercents(text: string): number[] {
  const parts = text.split(',').map((part) => part.trim().replace(/ ?%$/, ''));
  const percents = parts.map(Number);
  if (parts.every((part) => /^\d{1,4}$/.test(part)) && percents.every((each) => each >= 1 && each <= MOST_PERCENT))
    return percents;
  throw new CostsError('usage', `"${text}" is not a list of percents from 1 to 1000.`, {
    hint: 'Write it as 80,90,100.',
  });
}

/** Reads `0.5%`, at most three decimals. @returns thousandths of a percent @throws CostsError `usage` */
export function parseShare(text: string): number {
  const match = /^(?=\.?\d)(\d{0,3})(?:\.(\d{1,3}))? ?%?$/.exec(text.trim());
  const share = match === null ? NaN : Number(match[1]) * 1000 + Number((match[2] ?? '').padEnd(3, '0'));
  if (share <= 100_000) return share;
  throw new CostsError('usage', `"${text}" is not a share from 0 % to 100 %.`, {
    hint: 'Write it as 0.5%.',
  });
}
