/**
 * What to do about something, as people see it: an arrow stands only before a command, which works when it is pasted.
 * A hint is a sentence, a command, or a sentence that ends in one: `To swap its key: costs keys rotate org-1`.
 */
export function renderHint(hint: string): string {
  const at = /(?:^|: )(?=costs [a-z])/.exec(hint);
  if (at === null) return hint;
  const command = `→ ${hint.slice(at.index + at[0].length)}`;
  return at.index === 0 ? command : `${hint.slice(0, at.index)} ${command}`;
}
