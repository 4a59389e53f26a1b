import { z } from 'zod';
import { parseDay } from '../../domain/day.js';
import type { Manifest } from '../files.js';

/**
 * Of Cost Management exports: delivered last.
 * https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports
 */
const manifest = z.object({
  runInfo: z.object({ submittedTime: z.string(), startDate: z.string(), endDate: z.string().optional() }),
  exportConfig: z.object({ exportName: z.string(), resourceId: z.string().optional(), type: z.string().optional() }),
  blobs: z.array(z.object({ blobName: z.string(), dataRowCount: z.number().optional() })),
});

export function readManifest(document: unknown): Manifest | 'other' | null {
  const { data } = manifest.safeParse(document);
  if (data === undefined) return null;
  const { runInfo, exportConfig, blobs } = data;
  if (exportConfig.type !== undefined && exportConfig.type !== 'FocusCost') return 'other';
  const counted = blobs.flatMap(({ dataRowCount }) => dataRowCount ?? []);
  return {
    export: exportConfig.resourceId ?? exportConfig.exportName,
    month: runInfo.startDate.slice(0, 7),
    since: parseDay(runInfo.startDate.slice(0, 10)),
    ...(runInfo.endDate === undefined ? {} : { until: parseDay(runInfo.endDate.slice(0, 10)) }),
    deliveredAt: new Date(runInfo.submittedTime),
    files: blobs.map(({ blobName }) => blobName),
    rows: counted.length < blobs.length ? null : counted.reduce((sum, rows) => sum + rows, 0),
  };
}
