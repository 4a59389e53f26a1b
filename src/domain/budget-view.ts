import type { DecimalText } from './decimal.js';
import type { ProviderId } from './provider.js';

/** A budget as documents carry it. */
export interface BudgetView {
  id: string;
  provider: ProviderId | null;
  projectId: string | null;
  project: string | null;
  /** Null holds for every month without a budget of its own. */
  month: string | null;
  currency: string;
  amount: DecimalText;
}

/** How a month stands against its budget; amounts exact. */
export interface BudgetState extends BudgetView {
  spent: DecimalText;
  /** Some of it is only estimated from usage. */
  estimated: boolean;
  /** What the month is expected to come to, as `costs forecast` tells it; null where nothing was read that tells. */
  projected: DecimalText | null;
}
