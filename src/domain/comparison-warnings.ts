import type { ComparedKind } from './comparison-kinds.js';
import type { Day } from './day.js';
import { groupInto } from './group-into.js';
import type { ProviderId } from './provider.js';

/** A model whose bills are a steady multiple of their estimates. */
export interface PriceWarning {
  /** `unit` for a factor such as 1000 or 60, which no price list has; `price` for any other. */
  code: 'price' | 'unit';
  provider: ProviderId;
  model: string;
  /** What of the model is off, with the first day it is, and billed divided by estimated. */
  parts: { tokenType: string | null; tier: string; factor: number; since: Day; days: number }[];
}

/** Closer to 1 than this is no different price. */
const LEAST_DEVIATION = 0.002;
/** Factors of one price agree this well; usage that is missing now and then does not. */
const STEADY = 0.005;
/** Of days that can be compared, so many must be off by the same factor: one odd day is not a price. */
const LEAST_SHARE = 0.2;
const UNITS = [
  24, 60, 100, 1000, 1024, 3600, 86_400, 1_000_000, 1_048_576, 1_000_000_000, 1_073_741_824, 10, 10_000, 100_000,
];

interface Observation extends Pick<ComparedKind, 'provider' | 'kind' | 'day'> {
  factor: number;
}

/** Names each model whose price or unit must be wrong: what is off is off by the same factor, day after day. */
export function findWarnings(kinds: readonly ComparedKind[]): PriceWarning[] {
  const warnings = new Map<string, PriceWarning>();
  const series = groupInto(kinds.flatMap(observe), ({ provider, kind: { model, tokenType, tier } }) => [
    provider,
    model,
    tokenType,
    tier,
  ]);
  for (const observations of series) {
    const part = findSteadyFactor(observations);
    if (part === null) continue;
    const { provider, kind } = observations[0];
    const key = `${provider} ${kind.model}`;
    const warning = warnings.get(key) ?? { code: 'price', provider, model: kind.model, parts: [] };
    if (isUnit(part.factor)) warning.code = 'unit';
    warning.parts.push({ tokenType: kind.tokenType, tier: kind.tier, ...part });
    warnings.set(key, warning);
  }
  return [...warnings.values()];
}

/** Of whatever project: a price is the same for each. */
function observe(compared: ComparedKind): Observation[] {
  const { provider, kind, day, billed, estimated } = compared;
  if (estimated === null || estimated <= 0n || billed <= 0n || isFiner(compared)) return [];
  return [{ provider, kind, day, factor: Number((billed * 1_000_000_000_000n) / estimated) / 1e12 }];
}

/** Whether the bill tells a context window, which has a price of its own, and usage does not. */
function isFiner({ bills, estimates }: ComparedKind): boolean {
  return bills.some(
    ({ contextWindow }) =>
      contextWindow !== null && estimates.every((estimate) => estimate.contextWindow !== contextWindow),
  );
}

function findSteadyFactor(observations: readonly Observation[]): { factor: number; since: Day; days: number } | null {
  const off = observations
    .filter(({ factor }) => Math.abs(factor - 1) > LEAST_DEVIATION)
    .sort((a, b) => a.factor - b.factor);
  const middle = off[Math.floor(off.length / 2)];
  if (middle === undefined) return null;
  const steady = off.filter(({ factor }) => Math.abs(factor / middle.factor - 1) <= STEADY);
  if (steady.length < off.length * 0.8 || steady.length < observations.length * LEAST_SHARE) return null;
  const days = [...new Set(steady.map(({ day }) => day))].sort();
  return { factor: Number(middle.factor.toPrecision(6)), since: days[0] ?? middle.day, days: days.length };
}

function isUnit(factor: number): boolean {
  return UNITS.some((unit) => Math.abs(factor / unit - 1) <= STEADY || Math.abs(factor * unit - 1) <= STEADY);
}
