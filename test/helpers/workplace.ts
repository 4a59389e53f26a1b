import type { Workplace } from '../../src/library/workplace.js';
import type { Store } from '../../src/store/store.js';

/** What the library works with, on an open store of the team "team-1"; what a test does not give fails when it is asked for. */
export function workplaceOf(store: Store, given: Partial<Workplace>): Workplace {
  const notGiven = (member: string) => () => Promise.reject(new Error(`The test gives no ${member}.`));
  return {
    version: '0.0.0',
    signal: new AbortController().signal,
    now: () => new Date(),
    clock: () => store.collection.clock(),
    hasStore: () => Promise.resolve(true),
    store: () => Promise.resolve(store),
    team: () => Promise.resolve({ id: 'team-1', name: 'acme' }),
    provider: notGiven('provider'),
    billReportOf: () => null,
    adminKey: notGiven('adminKey'),
    folder: notGiven('folder'),
    focusFiles: notGiven('focusFiles'),
    ...given,
  };
}
