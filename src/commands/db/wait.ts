import type { Option } from 'commander';
import type { WaitOptions } from '../../store/blockers.js';
import { durationOption } from '../options.js';

export interface WaitOption {
  /** Seconds. */
  wait?: number | undefined;
}

/** Without it others are waited for as long as they take, which is said; tables that stay locked for about a minute. */
export function waitOption(description = 'how long to wait for others who lock the database (exit 6)'): Option {
  return durationOption('--wait <time>', description);
}

export function toWaitOptions({ wait }: WaitOption, onWait: (line: string) => void): WaitOptions {
  return { waitMs: wait === undefined ? undefined : wait * 1_000, onWait };
}
