import type { Day } from './day.js';
import type { Decimal } from './decimal.js';
import { FAST, undated } from './price.js';
import type { ProviderId } from './provider.js';
import type { CostTotal } from './usage-store.js';

/** What a bill or an estimate is about, in words both share. */
export interface Kind {
  /** The empty text for what is charged whatever the model. */
  model: string;
  /** Null where a bill's words do not tell. */
  tokenType: string | null;
  tier: string;
}

/** Both sides of one kind of charge in a group. */
export interface ComparedKind {
  kind: Kind;
  day: Day;
  provider: ProviderId;
  billed: Decimal;
  estimated: Decimal | null;
  bills: CostTotal[];
  estimates: CostTotal[];
}

/** What tells a row's kind. */
type Described = Pick<CostTotal, 'lineItem' | 'model' | 'tokenType' | 'serviceTier'>;

/** Tools are charged by the call; usage knows the model that made it, the bill does not. */
const TOOLS: [pattern: RegExp, tokenType: string][] = [
  [/web[ _]search/i, 'web search'],
  [/file[ _]search/i, 'file search'],
  [/code[ _]interpreter|^sessions$/i, 'code interpreter'],
];

/** The kind of a row. */
export function kindOf({ lineItem, model, tokenType, serviceTier }: Described, isEstimate: boolean): Kind {
  const tool = TOOLS.find(([pattern]) => pattern.test(tokenType ?? lineItem));
  if (tool !== undefined && (isEstimate || model === null)) return { model: '', tokenType: tool[1], tier: 'standard' };
  // A bill does not tell fast mode from the standard tier.
  const tier = isEstimate && serviceTier === FAST ? null : serviceTier;
  return { model: model ?? '', tokenType, tier: tier ?? 'standard' };
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
