import { z } from 'zod';
import type { Manifest } from '../files.js';

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
    deliveredAt: null,
    files: dataFiles,
    rows: null,
  };
}
