import type { Fault, FaultRule } from './faults.js';
import { drawOnce } from './random.js';
import type { RequestRecord } from './request-record.js';

interface ActiveRule extends FaultRule {
  id: number;
  left: number;
  /** How often each request was sent while the rule stood. */
  seen: Map<string, number>;
}

export interface FaultRules {
  add(rule: FaultRule): () => void;
  clear(): void;
  /** The fault this request meets, null when it is spared. */
  take(request: RequestRecord): Fault | null;
}

/** Faults that change a page of buckets, and mean nothing elsewhere. */
const PAGE_FAULTS: Fault['kind'][] = [
  'duplicate-page',
  'repeated-cursor',
  'missing-cursor',
  'empty-page',
  'empty-buckets',
];
const BUCKET_PATH = /\/organization\/(costs$|usage\/)|\/organizations\/(cost_report$|usage_report\/)/;

export function createFaultRules(seed: number): FaultRules {
  let rules: ActiveRule[] = [];
  let made = 0;
  return {
    add(rule) {
      const active = { ...rule, id: made++, left: rule.count ?? Infinity, seen: new Map<string, number>() };
      rules.push(active);
      return () => (rules = rules.filter((each) => each !== active));
    },
    clear() {
      rules = [];
    },
    take(request) {
      const rule = rules.find((each) => each.left > 0 && isFor(each, request) && isDrawn(each, request, seed));
      if (rule === undefined) return null;
      rule.left -= 1;
      return rule.fault;
    },
  };
}

function isFor({ fault, match = {} }: FaultRule, { provider, organizationId, path, query }: RequestRecord): boolean {
  const hasCursor = new URLSearchParams(query).has('page');
  return (
    (match.provider === undefined || match.provider === provider) &&
    (match.organizationId === undefined || match.organizationId === organizationId) &&
    (match.path === undefined || path.includes(match.path)) &&
    (match.hasCursor === undefined || match.hasCursor === hasCursor) &&
    (!PAGE_FAULTS.includes(fault.kind) || BUCKET_PATH.test(path)) &&
    (fault.kind !== 'repeated-cursor' || hasCursor)
  );
}

/** Drawn from what is asked and how often it was, so that requests side by side do not change each other's luck. */
function isDrawn({ id, probability = 1, seen }: ActiveRule, request: RequestRecord, seed: number): boolean {
  const signature = `${request.organizationId ?? ''} ${request.method} ${request.path}?${request.query}`;
  const times = (seen.get(signature) ?? 0) + 1;
  seen.set(signature, times);
  return probability >= 1 || drawOnce(seed, id, signature, times) < probability;
}
