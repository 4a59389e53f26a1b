/** The statements that a refusal suggests, in brackets or at the end of a line, but for those that leave a name to the reader. */
export function suggestions(text: string): string[] {
  const begin = '(?:ALTER|BEGIN|CREATE|DROP|UPDATE|DELETE)';
  const patterns = [
    new RegExp(`: (${begin}\\b[^…\\n]*)$`, 'gm'),
    new RegExp(`\\((${begin} [^…\\n]*?)\\)(?=[\\s,;.]|$)`, 'gm'),
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, sql = '']) => sql));
}
