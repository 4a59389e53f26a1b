import { UNASSIGNED } from '../domain/provider.js';
import { NO_DIMENSIONS, type UsageDimensions, type UsageLine } from '../domain/usage.js';
import type { Decimal } from '../domain/decimal.js';
import { unitOf, type TokenType } from '../domain/token-types.js';

/** One thing counted in a row of a report. */
export interface UsagePart {
  tokenType: TokenType;
  quantity: Decimal;
}

export interface UsageRow {
  start: Date;
  end: Date;
  endpoint: string;
  /** Null is the organization's own. */
  projectId: string | null;
  dimensions: Partial<Record<keyof UsageDimensions, string | null>>;
}

/** A line for each part of a row that counts something. Nothing counted is no line: providers leave such rows out, too. */
export function toUsageLines(
  { start, end, endpoint, projectId, dimensions }: UsageRow,
  parts: readonly UsagePart[],
): UsageLine[] {
  const said = Object.entries(dimensions).filter(([, value]) => value !== null);
  return parts
    .filter(({ quantity }) => quantity !== 0n)
    .map((part) => ({
      bucketStart: start,
      bucketEnd: end,
      providerProjectId: projectId === null || projectId === '' ? UNASSIGNED : projectId,
      endpoint,
      ...NO_DIMENSIONS,
      ...(Object.fromEntries(said) as Partial<UsageDimensions>),
      ...part,
      unit: unitOf(part.tokenType),
    }));
}
