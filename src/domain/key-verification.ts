import type { CostsError, ErrorDocument } from '../errors.js';
import type { ProviderId } from './provider.js';

/** What a provider said of a key; `network` when nobody could be asked, `failed` for what is neither. */
export type KeyStatus =
  'ok' | 'revoked' | 'missing-scope' | 'wrong-kind' | 'not-allowed' | 'expired' | 'network' | 'failed';

export interface KeyVerification {
  provider: ProviderId;
  organizationId: string;
  name: string;
  status: KeyStatus;
  canListProjects: boolean | null;
  expiresAt: string | null;
  warnings: string[];
  error?: ErrorDocument;
}

/** Tells apart why a key does not work. */
export function keyStatusOf({ code, keyProblem }: CostsError): KeyStatus {
  if (code === 'unreachable') return 'network';
  if (keyProblem === 'refused') return 'revoked';
  return keyProblem ?? 'failed';
}
