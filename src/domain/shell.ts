/** A text as one word of a shell command, whatever stands in it: a name must not run when a hint is pasted. */
export function quoteForShell(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  // In double quotes as people write it, unless something in it would still be read by the shell.
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", String.raw`'\''`)}'` : `"${text}"`;
}
