import { quoteForShell } from './shell.js';

/** A quote at the beginning of a word or of an option's value, or a dash in the place of hyphens. */
const TYPOGRAPHIC = /^[–—−]|(?:^|=)[“”„«‘’‚]/;
/** Nothing in it that a shell would run. */
const HARMLESS = /^[\w@%+=:,./"' -]*$/;

/**
 * The words as they were meant, as one command line, where some came with the quotes or dashes of a text, which a shell takes
 * for letters; null where none did.
 */
export function withPlainSigns(words: readonly string[]): string | null {
  if (!words.some((word) => TYPOGRAPHIC.test(word))) return null;
  const line = words.map((word) => (/[“”„«»‘’‚–—−]/.test(word) ? plain(word) : quoteForShell(word))).join(' ');
  return HARMLESS.test(line) ? line : null;
}

function plain(word: string): string {
  return word
    .replace(/[“”„«»]/g, '"')
    .replace(/[‘’‚]/g, "'")
    .replace(/^[–—−]+/, '--');
}
