import { z } from 'zod';
import type { Manifest } from '../files.js';

/** Where refreshes are kept, the folder of one begins with its time in UTC, `2026-10-05T01:00:00.000Z-…` or `20261005T010000Z-…`. */
const REFRESH = /\/(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)[^/]*\/[^/]+$/;

/**
 * Of Data Exports: written after all data files, and always of the newest refresh.
 * https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html
 */
const manifest = z.object({
  exportName: z.string().optional(),
  billingPeriod: z.string().optional(),
  dataFiles: z.array(z.string()),
});

export function readManifest(document: unknown, path: string): Manifest | null {
  const { data } = manifest.safeParse(document);
  if (data === undefined) return null;
  const { exportName = '', billingPeriod, dataFiles } = data;
  const first = dataFiles[0] ?? path;
  const period = billingPeriod ?? /BILLING_PERIOD=(\d{4}-\d{2})/i.exec(first)?.[1] ?? '';
  return {
    // Below its prefix an export has a folder that is called as it is.
    export: [...(/^(\w+:\/\/.+)\/[^/]+\/data\/BILLING_PERIOD=/i.exec(first)?.slice(1) ?? []), exportName].join('/'),
    month: /^\d{4}-\d{2}/.exec(period)?.[0] ?? null,
    deliveredAt: refreshedAt(first),
    files: dataFiles,
    rows: null,
  };
}

/** A copy of a manifest may be as old as the copy. */
function refreshedAt(file: string): Date | null {
  const [year, month = 1, ...rest] = REFRESH.exec(file)?.slice(1).map(Number) ?? [];
  return year === undefined ? null : new Date(Date.UTC(year, month - 1, ...rest));
}
