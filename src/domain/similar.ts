/** More to choose from is no help. */
const MOST = 3;

/** The words most like one that is not among them, best first; none when nothing is near. For "Did you mean …". */
export function similarTo(word: string, words: readonly string[]): string[] {
  const asked = word.toLowerCase();
  // A third of the letters may differ, and at least one, unless that is half of them.
  const nearEnough = asked.length < 3 ? 0 : Math.max(1, Math.floor(asked.length / 3));
  const near = [...new Set(words)]
    .map((each) => ({ each, distance: editDistance(asked, each.toLowerCase()) }))
    .filter(({ each, distance }) => distance <= nearEnough || startsAlike(asked, each.toLowerCase()))
    .sort((a, b) => a.distance - b.distance);
  // In other letters it is the very word.
  const same = near.filter(({ distance }) => distance === 0);
  return (same.length > 0 ? same : near).slice(0, MOST).map(({ each }) => each);
}

function startsAlike(asked: string, word: string): boolean {
  return asked.length >= 3 && word.startsWith(asked);
}

/** Letters to insert, remove or replace to come from one text to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let before = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (before[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[to.length] ?? 0;
}
