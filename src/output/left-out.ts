import type { LeftOut } from '../domain/focus-import.js';
import { nameSome, plural } from '../domain/words.js';
import { formatAmounts } from './format.js';

/** What of files was not kept, below a heading, and folders that were not read. */
export function leftOutLines({ leftOut = [], unlistedFolders = [] }: Partial<LeftOut>, heading: string): string[] {
  const folders = unlistedFolders.length === 1 ? 'it' : 'them';
  return [
    ...(leftOut.length === 0 ? [] : [heading]),
    ...leftOut.map(({ service, rows, totals }) => `  ${service}: ${plural(rows, 'row')}, ${formatAmounts(totals)}`),
    ...(unlistedFolders.length === 0
      ? []
      : [
          `Not read, as no manifest tells of charges in ${folders}, or of a part of a month that was read: ${nameSome(unlistedFolders)}`,
        ]),
  ];
}
