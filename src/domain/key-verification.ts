import type { CostsError, ErrorDocument, KeyProblem } from '../errors.js';
import type { ProviderId } from './provider.js';

/** What a provider said of a key; `network` when nobody could be asked, `failed` for what is neither. */
export type KeyStatus = 'ok' | 'revoked' | Exclude<KeyProblem, 'refused'> | 'network' | 'failed';

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
  if (keyProblem === 'refused') return 'revoked';
  return keyProblem ?? (code === 'unreachable' ? 'network' : 'failed');
}
