import { formatDecimal, parseDecimal } from '../domain/decimal.js';

/** How an amount may be written; the same money in all of them. */
export type AmountForm = 'plain' | 'exponent' | 'string';

/** The JSON token of an amount in the form asked for. */
export function amountToken(text: string, form: AmountForm): string {
  if (form === 'plain') return text;
  if (form === 'exponent') return exponentOf(text);
  return `"${padded(text, 28)}"`;
}

/** A decimal string with a fixed number of digits after the point, or more where it has more. */
export function padded(text: string, decimals: number): string {
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(decimals, '0')}`;
}

/** Money from a count of units and a price, exactly. @param price billionths of a dollar a unit. @param shift powers of ten on top, 2 for cents. */
export function priced(quantity: number, price: number, shift = 0): string {
  return formatDecimal(parseDecimal((BigInt(quantity) * BigInt(price)).toString(), shift - 9));
}

/** `0.0025945` as `2.5945e-3`. */
function exponentOf(text: string): string {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const digits = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '');
  if (digits === '') return '0';
  const leading = (whole + fraction).search(/[1-9]/);
  const exponent = whole.length - 1 - leading;
  const mantissa = digits.length === 1 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`;
  return `${negative ? '-' : ''}${mantissa}e${exponent}`;
}
