/** `page_` and the start of the next bucket in base64, as Anthropic writes it; `fresh` writes the same instant differently. */
export function mintPage(start: Date, fresh: boolean): string {
  const seconds = start.toISOString().slice(0, 19);
  return `page_${Buffer.from(`${seconds}${fresh ? '+00:00' : 'Z'}`).toString('base64')}`;
}

/** The instant a page token names; null when it is none. */
export function readPage(token: string): Date | null {
  if (!token.startsWith('page_')) return null;
  const date = new Date(Buffer.from(token.slice('page_'.length), 'base64').toString());
  return Number.isNaN(date.getTime()) ? null : date;
}
