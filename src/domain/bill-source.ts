/**
 * What an organization's bill is read from: the provider's bill with a key of its own, files, or another report of the
 * provider's, where its own key reads no bill (`report`) or its parent's key answers for it (`parent`).
 */
export const BILL_SOURCES = ['key', 'files', 'report', 'parent'] as const;
export type BillSource = (typeof BILL_SOURCES)[number];

/** Whether another report stands in for the bill: such a key reads no usage and no names either. @param source as it is stored */
export function isOtherReport(source: string | null): boolean {
  return source === 'report' || source === 'parent';
}
