import { CostsError } from '../errors.js';
import { quoteForShell } from './shell.js';
import { isShortFor } from './short-id.js';
import { similarTo } from './similar.js';

/** How something may be called by a person. */
export interface Named {
  /** Ours first; no other thing has the last of them. */
  ids: readonly string[];
  name: string;
  /** The name of its organization, for `Organization/Project` and, as reports tell namesakes apart, `Project (Organization)`. */
  organization?: string | null;
}

/** What is looked for, in words, and the command that lists it. */
export interface Kind {
  what: string;
  list: string;
  /** What to do where there is none of that name, if anything else than to look at the list. */
  missing?: string;
}

/**
 * What a person means: by id or the beginning of one of ours, by name, or by `Organization/Name` or `Name (Organization)`, without regard to case where that leaves only one.
 * @returns null when nothing goes by that word
 * @throws CostsError `usage` for an empty word, and with the ids when several go by it
 */
export function findNamed<T>(
  word: string,
  candidates: readonly T[],
  nameOf: (candidate: T) => Named,
  kind: Kind,
): T | null {
  if (word.trim() === '') throw new CostsError('usage', `Which ${kind.what}? The name is empty.`, { hint: kind.list });
  const named = candidates.map((candidate) => ({ candidate, ...nameOf(candidate) }));
  const isCalled = (same: (text: string) => boolean) => (each: Named) =>
    [
      each.name,
      ...(each.organization == null
        ? []
        : [`${each.organization}/${each.name}`, `${each.name} (${each.organization})`]),
    ].some(same);
  const lower = word.toLowerCase();
  const ways = [
    (each: Named) => each.ids.includes(word),
    isCalled((text) => text === word),
    isCalled((text) => text.toLowerCase() === lower),
    (each: Named) => each.ids.some((id) => isShortFor(word, id)),
  ];
  for (const way of ways) {
    const [only, ...others] = named.filter(way);
    if (only === undefined) continue;
    if (others.length === 0) return only.candidate;
    throw several(word, [only, ...others], kind);
  }
  return null;
}

function several(word: string, named: readonly Named[], kind: Kind): CostsError {
  const ids = named.map((each) => each.ids.at(-1) ?? '');
  return new CostsError('usage', `"${word}" is the name of ${ids.length} ${kind.what}s: ${ids.join(', ')}.`, {
    hint: `Use one of these ids. They are listed by: ${kind.list}`,
  });
}

/** As `findNamed`. @throws CostsError `usage` when nothing goes by that word, with what is written almost so */
export function requireNamed<T>(
  word: string,
  candidates: readonly T[],
  nameOf: (candidate: T) => Named,
  kind: Kind,
): T {
  const found = findNamed(word, candidates, nameOf, kind);
  if (found !== null) return found;
  const known = candidates.map(nameOf).flatMap(({ name, ids }) => [name, ...ids]);
  const near = similarTo(word, known).map(quoteForShell);
  const suggestion = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  throw new CostsError('usage', `There is no ${kind.what} "${word}".${suggestion}`, {
    hint: kind.missing ?? kind.list,
  });
}
