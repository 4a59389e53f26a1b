import type { Day } from './day.js';
import { CostsError } from '../errors.js';
import { cleanName, showable } from './text.js';

declare const tagKey: unique symbol;

/** The name of a tag: letters, digits, `_`, `.`, `-`; it goes into column names as it is. */
export type TagKey = string & { readonly [tagKey]: true };

/** The first day a tag can hold from; what is tagged without a day was always so. */
export const ALWAYS = '1970-01-01' as Day;
const LONGEST_VALUE = 200;

/** A key and a value on a project, valid from a day until the next one of its key. */
export interface Tag {
  projectId: string;
  key: string;
  /** Null where the tag ends. */
  value: string | null;
  from: Day;
}

export interface TagStore {
  /** All of a team's, by project, key and day. */
  list(teamId: string): Promise<Tag[]>;
  /** Sets tags of the team's projects, and of no other; one of the same project, key and day is replaced. */
  set(teamId: string, tags: readonly Tag[]): Promise<void>;
  /** Removes a key from the team's projects as if it had never been there. */
  remove(teamId: string, projectIds: readonly string[], key: string): Promise<number>;
}

/** @throws CostsError `usage` */
export function checkTagKey(text: string): TagKey {
  if (/^[A-Za-z][A-Za-z0-9_.-]{0,49}$/.test(text)) return text as TagKey;
  throw new CostsError('usage', `"${showable(text)}" is not a valid tag name.`, {
    hint: 'Use letters, digits, "_", "." and "-", beginning with a letter, such as product or cost-centre.',
  });
}

/** Reads `KEY=VALUE`. @throws CostsError `usage` */
export function parseTag(text: string): { key: TagKey; value: string } {
  const at = text.indexOf('=');
  if (at < 1)
    throw new CostsError('usage', `"${text}" is not a valid tag.`, {
      hint: 'Write KEY=VALUE, such as product=Search.',
    });
  const key = checkTagKey(text.slice(0, at).trim());
  return { key, value: checkTagValue(text.slice(at + 1)) };
}

/** @throws CostsError `usage` */
export function checkTagValue(text: string): string {
  const value = cleanName(text);
  if (value !== '' && value.length <= LONGEST_VALUE) return value;
  throw new CostsError('usage', `A tag's value has 1 to ${LONGEST_VALUE} characters.`, {
    hint: 'To take a tag away: costs projects untag --help',
  });
}

/** Of one key of a project, the tag that holds on a day, or ended last; null where there was none yet. */
export function tagAt(tags: readonly Tag[], day: Day): Tag | null {
  return tags
    .filter(({ from }) => from <= day)
    .reduce<Tag | null>((last, tag) => (last === null || tag.from > last.from ? tag : last), null);
}

/** The value that holds on a day; null where none does. */
export function tagOn(tags: readonly Tag[], day: Day): string | null {
  return tagAt(tags, day)?.value ?? null;
}
