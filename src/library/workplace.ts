import type { Context } from '../context.js';

/** What the library works with: a store, a team, providers and their keys, a clock and a signal; no terminal. */
export type Workplace = Pick<
  Context,
  | 'version'
  | 'signal'
  | 'now'
  | 'clock'
  | 'hasStore'
  | 'store'
  | 'team'
  | 'provider'
  | 'billReportOf'
  | 'adminKey'
  | 'folder'
  | 'focusFiles'
>;
