import { z } from 'zod';
import type { Manifest } from '../files.js';

/** Where refreshes are kept, the folder of one begins with its time in UTC, `2026-10-05T01:00:00.000Z-…` or `20261005T010000Z-…`. */
const REFRESH = /\/(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)[^/]*\/[^/]+$/;

/** Below its prefix an export has a folder that is called as it is. */
const PLACE = /^(\w+:\/\/.+)\/[^/]+\/data\/BILLING_PERIOD=/i;
const NAME = /([^/]+)\/(?:meta)?data\/BILLING_PERIOD=/i;

/**
 * Of Data Exports: written after all data files, and always of the newest refresh. The reference names neither its export's name
 * nor its period, which manifests were seen to have.
 * https://docs.aws.amazon.com/cur/latest/userguide/dataexports-manifest.html
 */
const manifest = z.object({
  exportName: z.string().optional(),
  billingPeriod: z.string().optional(),
  dataFiles: z.array(z.string()),
});

export function readManifest(document: unknown, path: string): Manifest | null {
  const { data } = manifest.safeParse(document);
  if (data === undefined) return null;
  const { billingPeriod, dataFiles } = data;
  const first = dataFiles[0] ?? path;
  // Two exports below one prefix are two.
  const name = data.exportName ?? NAME.exec(first)?.[1] ?? '';
  const period = billingPeriod ?? /BILLING_PERIOD=(\d{4}-\d{2})/i.exec(first)?.[1] ?? '';
  return {
    export: [...(PLACE.exec(first)?.slice(1) ?? []), name].join('/'),
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
