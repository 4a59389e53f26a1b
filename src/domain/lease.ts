import type { OrganizationKey } from './organization.js';

/** What a lease is for: one organization's bills, or its usage. */
export interface LeaseSubject extends OrganizationKey {
  apiVersion: 'costs_v1' | 'usage_v1';
}

/** Who collects an organization right now. */
export interface LeaseHolder {
  host: string;
  pid: number;
  command: string;
  since: Date;
}

/** The right to collect an organization: one process at a time, across hosts. */
export interface LeaseStore {
  /**
   * Takes the lease, or extends the one that is already the holder's. One whose time is up, or whose process on this
   * machine is gone, is taken over.
   * @param holder the run that wants it
   * @returns null when it is the holder's now, else who has it
   */
  take(subject: LeaseSubject, holder: string, command: string): Promise<LeaseHolder | null>;
  /** Gives the lease back; one that somebody took over stays theirs. */
  release(subject: LeaseSubject, holder: string): Promise<void>;
}
