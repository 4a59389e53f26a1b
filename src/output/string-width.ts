import measure from 'string-width';

/** Letters joined by one of these stand in one piece, each in a column of its own all the same: signs of India, Myanmar and Cambodia. */
const JOINER = /[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2]/g;
/** The am of Thai and Lao is in one piece with the letter before it, and stands behind that. */
const AM = /[\u0e33\u0eb3]/g;
/** One terminal draws an emoji made of several as one, another each of them: the wider is counted, so that no line ever wraps. */
const EMOJI_JOINER = /\u200d/g;
const FLAG_LETTER = /[\u{1f1e6}-\u{1f1ff}]/gu;
const SKIN_TONE = /\p{Emoji_Modifier}/gu;
const TWO_COLUMNS = '\u3000';

/** Signs that take one column each: Latin and Greek letters, dashes, arrows, blocks of charts, and the marks that we print. */
const ONE_COLUMN =
  /^[ -~\u00a0-\u00ac\u00ae-\u024f\u0391-\u03c9\u2010-\u2027\u2190-\u2193\u2200-\u22ff\u2500-\u259f\u26a0\u2714\u2716]*$/;

/** How many columns of a terminal text takes. Nearly all is plain, and what is needed to measure the rest takes long to make ready. */
export function stringWidth(text: string): number {
  if (ONE_COLUMN.test(text)) return text.length;
  const parts = text.replace(EMOJI_JOINER, '').replace(FLAG_LETTER, TWO_COLUMNS).replace(SKIN_TONE, TWO_COLUMNS);
  return measure(parts.replace(JOINER, '').replace(AM, 'a'));
}
