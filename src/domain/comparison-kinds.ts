import { undated } from './price.js';
import type { CostTotal } from './usage-store.js';

/** What a bill or an estimate is about, in words both share. */
export interface Kind {
  /** The empty text for what is charged whatever the model. */
  model: string;
  /** Null where a bill's words do not tell. */
  tokenType: string | null;
  tier: string;
}

/** What tells a row's kind; rows of the old system name no provider. */
type Described = Pick<CostTotal, 'lineItem' | 'model' | 'tokenType' | 'serviceTier'> & {
  provider: CostTotal['provider'] | null;
};

/** Tools are charged by the call; usage knows the model that made it, the bill does not. */
const TOOLS: [pattern: RegExp, tokenType: string][] = [
  [/web[ _]search/i, 'web search'],
  [/file[ _]search/i, 'file search'],
  [/code[ _]interpreter|^code_interpreter_sessions/i, 'code interpreter'],
];
const TIERS = ['batch', 'flex', 'priority'];

/** The kind of a row, told from its columns or, for bills of OpenAI, from the words of its line item. */
export function kindOf({ provider, lineItem, model, tokenType, serviceTier }: Described, isEstimate: boolean): Kind {
  const tool = TOOLS.find(([pattern]) => pattern.test(tokenType ?? lineItem));
  if (tool !== undefined && (isEstimate || model === null)) return { model: '', tokenType: tool[1], tier: 'standard' };
  if (isEstimate || provider === 'anthropic') return { model: model ?? '', tokenType, tier: serviceTier ?? 'standard' };
  const words = lineItem.slice(model?.length ?? 0).toLowerCase();
  return {
    model: model ?? '',
    tokenType: tokenTypeOf(words),
    tier: TIERS.find((tier) => words.includes(tier)) ?? 'standard',
  };
}

/** `, cached audio input` is cached audio input. */
function tokenTypeOf(words: string): string | null {
  const medium = words.includes('audio') ? 'audio_' : words.includes('image') ? 'image_' : '';
  if (words.includes('output')) return `${medium}output_tokens`;
  if (words.includes('character')) return 'characters';
  if (/second|minute|duration/.test(words)) return 'seconds';
  if (!words.includes('input')) return null;
  if (/cache[ _-]?writ|cache creation/.test(words)) return 'cache_write_input_tokens';
  return `${words.includes('cached') ? 'cached' : 'uncached'}_${medium}input_tokens`;
}

/** The name under which a bill has a token type: its own, or the coarser one that takes it in. */
export function billedAs(tokenType: string, billed: ReadonlySet<string | null>): string {
  const plain = tokenType.replace(/audio_|image_/, '');
  const coarser = [
    tokenType,
    plain,
    tokenType.replace(/^(?:cached|cache_write(?:_30m|_12h)?)_/, 'uncached_'),
    'uncached_input_tokens',
  ];
  const isInput = tokenType.includes('input');
  const found = coarser.find((name) => billed.has(name) && (isInput || !name.includes('input')));
  return found ?? tokenType;
}

/**
 * The bill of a model that only usage knows by name: the longest one its line item starts with. Bills of OpenAI carry
 * their model in the text alone.
 */
export function namedAsUsed(row: CostTotal, used: ReadonlySet<string>): CostTotal {
  if (row.provider !== 'openai') return row;
  const starts = [...used].filter(
    (name) =>
      name.length > (row.model ?? '').length &&
      row.lineItem.startsWith(name) &&
      /^(?:$|[,:\s])/.test(row.lineItem.slice(name.length)),
  );
  const longest = starts.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? row : { ...row, model: longest };
}

/**
 * Brings the models of both sides to one name: bills may name a model where usage names its dated release, and the other
 * way round. A release that both name stays itself.
 */
export function modelNames(billed: ReadonlySet<string>, used: ReadonlySet<string>): (model: string) => string {
  return (model) => {
    if (billed.has(model) && used.has(model)) return model;
    const base = undated(model);
    return billed.has(base) || used.has(base) ? base : model;
  };
}
