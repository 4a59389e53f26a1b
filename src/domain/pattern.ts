/**
 * Whether a text is what a pattern says: `*` stands for anything, `?` for one character, all else for itself. The last star is
 * tried again at most once a character, so that no pattern takes longer than its length times the text's.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const [wanted, given] = [Array.from(pattern), Array.from(text)];
  let [at, star, resume] = [0, -1, 0];
  for (let index = 0; index < given.length;) {
    if (wanted[at] === '*') [star, resume, at] = [at, index, at + 1];
    else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[index]))
      [at, index] = [at + 1, index + 1];
    else if (star < 0) return false;
    else [at, index, resume] = [star + 1, resume + 1, resume + 1];
  }
  return wanted.slice(at).every((character) => character === '*');
}
