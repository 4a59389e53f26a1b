import { z } from 'zod';
import type { OrganizationResult } from '../domain/results.js';
import { EXIT_CODES, type ErrorCode } from '../errors.js';

const CODES = Object.keys(EXIT_CODES) as ErrorCode[];

const count = z.number().catch(0);
const list = z.array(z.unknown()).catch([]);

/** What a run did for one organization, as any version stored it: what was not known then counts as nothing. */
const organizationResult = z.looseObject({
  provider: z.string().catch('unknown'),
  organizationId: z.string().catch(''),
  name: z.string().catch(''),
  status: z.enum(['ok', 'failed', 'skipped']).catch('failed'),
  days: count,
  requests: count,
  retries: count,
  rows: count,
  inserted: count,
  updated: count,
  deleted: count,
  unchanged: count,
  totals: list,
  restated: z.looseObject({ rows: count, days: count, difference: list }).catch({ rows: 0, days: 0, difference: [] }),
  newProjects: list,
  narrowed: list,
  missing: list,
  drift: list,
  milliseconds: count,
  error: z
    .looseObject({ code: z.enum(CODES).catch('failed'), message: z.string().catch(''), windows: list })
    .optional()
    .catch(undefined),
});

/** The result of a run out of its JSON column; null while it runs. What is no result of an organization is left out. */
export function parseRunResult(stored: unknown): OrganizationResult[] | null {
  if (stored === null || stored === undefined) return null;
  const items = Array.isArray(stored) ? (stored as unknown[]) : [];
  return items.flatMap((item) => {
    const parsed = organizationResult.safeParse(item);
    // Fields beyond these are optional in the document, and pass as they were stored.
    return parsed.success ? [parsed.data as unknown as OrganizationResult] : [];
  });
}
