import type { LineItemReading } from '../../domain/line-item.js';

/**
 * A line item of a bill in its parts: `[prefix " | "] model [" " modality] [", " kind [", long context"]]`, where the prefix
 * is a tier or what called the model (`evals`). Nobody has published it; it was told from recorded bills of 2025 and 2026.
 */
export interface LineItemParts {
  prefix: string | null;
  model: string;
  modality: string | null;
  kind: string | null;
  longContext: boolean;
}

const TIERS = new Set(['priority', 'flex', 'batch', 'scale', 'default', 'standard']);
const MODALITY = '(?:text|audio|image|video)';
/** Kinds of which a model is charged; whatever stands before one is a model, known or not. */
const KIND = new RegExp(
  `^(?:(?:batch|flex|priority) )?(?:${MODALITY} )?(?:cached )?(?:${MODALITY} )?(?:input|output)(?: tokens)?$` +
    '|^cached? writes?\\b.*$|^cache creation\\b.*$|^(?:characters|seconds|minutes|duration|images)$',
);
/** Of one word, with a digit or a hyphen in it; names of services have spaces (`Vector storage`) or neither (`whisper`). */
const isModelName = (word: string) => /^(?:ft:\S+|[a-z][\w.:/-]*)$/.test(word) && /[\d-]/.test(word);
const LONG_CONTEXT = ', long context';

/** The reading of what has no words. */
export const NOTHING_SAID: LineItemReading = {
  model: null,
  modality: null,
  costType: null,
  tokenType: null,
  serviceTier: null,
  contextWindow: null,
};

/** The parts of a line item about a model; null for one about something else, such as `Vector storage` or a credit. */
export function parseLineItem(lineItem: string): LineItemParts | null {
  const bar = lineItem.indexOf(' | ');
  const prefix = bar === -1 ? null : lineItem.slice(0, bar);
  const whole = bar === -1 ? lineItem : lineItem.slice(bar + 3);
  const longContext = whole.endsWith(LONG_CONTEXT);
  const body = longContext ? whole.slice(0, -LONG_CONTEXT.length) : whole;
  // A kind is the last part; what no kind is known for begins behind the model.
  const last = body.lastIndexOf(', ');
  const isKind = last !== -1 && KIND.test(plain(body.slice(last + 2)));
  const comma = isKind ? last : body.indexOf(', ');
  const [head, kind] = comma === -1 ? [body, null] : [body.slice(0, comma), body.slice(comma + 2)];
  const [, model = head, modality = null] = new RegExp(`^(.+) (${MODALITY})$`).exec(head) ?? [];
  const isModel = isModelName(model) && (prefix === null || TIERS.has(prefix));
  if (model === '' || !(isKind || isModel)) return null;
  return { prefix, model, modality, kind, longContext };
}

/** What a line item says, as columns. */
export function readLineItem(lineItem: string): LineItemReading {
  const parts = parseLineItem(lineItem);
  if (parts === null) return { ...NOTHING_SAID, costType: lineItem };
  const { prefix, model, modality, kind, longContext } = parts;
  const words = plain(kind ?? '');
  const tokenType = tokenTypeOf(words, `${modality ?? ''} ${words}`);
  const isTier = prefix !== null && TIERS.has(prefix);
  return {
    model,
    modality: modality ?? new RegExp(MODALITY).exec(tokenType === null ? '' : words)?.[0] ?? null,
    costType: prefix === null || isTier ? (tokenType?.endsWith('tokens') === true ? 'tokens' : kind) : prefix,
    tokenType,
    serviceTier: isTier ? prefix : (/^(batch|flex|priority) /.exec(words)?.[1] ?? null),
    contextWindow: longContext ? 'long context' : null,
  };
}

function plain(kind: string): string {
  return kind.toLowerCase().replaceAll('_', ' ');
}

/** As usage names it. */
function tokenTypeOf(kind: string, media: string): string | null {
  if (!KIND.test(kind)) return null;
  const medium = /audio|image/.exec(media)?.[0];
  const of = (name: string) => (medium === undefined ? name : name.replace(/(?=input|output)/, `${medium}_`));
  if (kind === 'images' || kind === 'characters') return kind;
  if (/^(?:seconds|minutes|duration)$/.test(kind)) return 'seconds';
  if (/^cached? (?:writes?|creation)/.test(kind))
    return `cache_write_${/\b(?:30m|12h)\b/.exec(kind)?.[0] ?? ''}_input_tokens`.replace('__', '_');
  if (kind.includes('output')) return of('output_tokens');
  return of(kind.includes('cached') ? 'cached_input_tokens' : 'uncached_input_tokens');
}
