import type { BudgetMonths, BudgetScope } from './budget.js';
import type { Day } from './day.js';
import type { DecimalText } from './decimal.js';

/** A budget as documents carry it, with the names of what it is of. */
export interface BudgetView extends BudgetScope, BudgetMonths {
  id: string;
  organization: string | null;
  apiKey: string | null;
  project: string | null;
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
  /** About when it is expected to go over; null where it is not, or is over already. */
  crossing: Day | null;
}
