import type { ProviderId } from '../../src/domain/provider.js';

/** A text of a right answer, another in its place, and what is told of it. */
export interface Change {
  from: string;
  to: string;
  path: string;
}

/** What the conformance suite must know of a provider's answers, which are all different. */
export interface Traits {
  /** Requests that 69 days of three projects take. */
  requests: number;
  /** Whether a report comes in pages, each behind a cursor. */
  paged: boolean;
  newField: Change;
  /** Null where its rows have no words of a known list. */
  newValue: Change | null;
  /** Where an amount stands. */
  amount: RegExp;
  /** Whether it lists projects. */
  lists?: false;
  /** Whether it bills anything; what holds of those that do not is in their own tests. */
  bills?: false;
}

export const TRAITS: Record<ProviderId, Traits> = {
  openai: {
    requests: 3,
    paged: true,
    newField: { from: '"results":[{', to: '"results":[{"brand_new":1,', path: 'results[].brand_new' },
    newValue: { from: '"object":"organization.costs.result"', to: '"object":"moon"', path: 'object=moon' },
    amount: /data\[0\]\.results\[\d+\]\.amount/,
  },
  anthropic: {
    // Three pages, and whose key it is.
    requests: 4,
    paged: true,
    newField: { from: '"results":[{', to: '"results":[{"brand_new":1,', path: 'results[].brand_new' },
    newValue: { from: '"cost_type":"tokens"', to: '"cost_type":"moon"', path: 'cost_type=moon' },
    amount: /data\[0\]\.results\[\d+\]\.amount/,
  },
  openrouter: {
    // The whole, two pages of workspaces, and each workspace.
    requests: 6,
    paged: false,
    newField: { from: '"date__day"', to: '"brand_new":1,"date__day"', path: 'data[].brand_new' },
    newValue: null,
    amount: /data\.data\[\d+\]\.credits_usage/,
  },
  github: {
    // What it is, and each month.
    requests: 4,
    paged: false,
    newField: { from: '"date":', to: '"brand_new":1,"date":', path: 'usageItems[].brand_new' },
    newValue: null,
    lists: false,
    amount: /usageItems\[\d+\]\.(?:net|gross)Amount/,
  },
  cursor: {
    // Whose key it is, and the events.
    requests: 2,
    paged: false,
    newField: { from: '"timestamp":', to: '"brand_new":1,"timestamp":', path: 'usageEvents[].brand_new' },
    newValue: null,
    lists: false,
    amount: /usageEvents\[\d+\]\.chargedCents/,
  },
  litellm: {
    requests: 0,
    paged: false,
    newField: { from: '"spend":', to: '"brand_new":1,"spend":', path: 'results[].metrics.brand_new' },
    newValue: null,
    lists: false,
    bills: false,
    amount: /results\[\d+\]\.metrics\.spend/,
  },
};
