import { absolute, type Decimal } from '../domain/decimal.js';

/** Sums of doubles are right to about so many parts. */
const BINARY_PRECISION = 10n ** 12n;

/**
 * Whether a difference is no more than what binary sums of the same amounts may differ by.
 * @param size of all of the amounts together, without their signs
 */
export function isBinaryNoise(difference: Decimal, size: Decimal): boolean {
  return absolute(difference) * BINARY_PRECISION <= size;
}
