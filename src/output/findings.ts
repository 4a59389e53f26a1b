import type { BudgetState } from '../domain/budget-view.js';
import type { CheckFinding } from '../domain/finding.js';
import { parseDecimal } from '../domain/decimal.js';
import type { MoneyDocument } from '../domain/money.js';
import type { UnitPriceJump } from '../domain/unit-prices.js';
import { describeMisfit, type SealMisfit } from '../domain/seal.js';
import type { Spike } from '../domain/spikes.js';
import { formatMoney } from './format.js';
import { formatDay, plural } from '../domain/words.js';
import { shell } from '../domain/shell.js';

/** Findings in sentences, the same in every format. */
export function describeBudget(state: BudgetState, scope: string): CheckFinding {
  const { spent, amount, currency, estimated } = state;
  const sum = `${formatMoney(spent)} ${currency}${estimated ? ' (partly estimated)' : ''}`;
  return {
    check: 'budget',
    subject: scope,
    message: `This month has cost ${sum}, more than its budget of ${formatMoney(amount)} ${currency}.`,
    hint: shell`costs report --group-by ${state.projectId === null ? 'project' : 'line-item'}`,
  };
}

/** @param word for its project that means no other */
export function describeSpike({ day, project, cost, usual, currency, lineItem }: Spike, word: string): CheckFinding {
  const why = lineItem === null ? '' : `, most of it ${lineItem.name}`;
  return {
    check: 'anomaly',
    subject: project,
    message: `${formatDay(day)} cost ${formatMoney(cost)} ${currency}, where ${formatMoney(usual)} is usual${why}.`,
    hint: shell`costs report --since ${day} --until ${day} --project ${word} --group-by line-item`,
  };
}

export function describePriceJump(jump: UnitPriceJump, organization: string): CheckFinding {
  return {
    check: 'price',
    subject: organization,
    message: `${formatDay(jump.day)} ${inWords(jump)}.`,
    hint: shell`costs report --since ${jump.day} --until ${jump.day} --group-by line-item`,
  };
}

export function describeAltered(misfit: SealMisfit, organization: string): CheckFinding {
  const { day } = misfit;
  return {
    check: 'seals',
    subject: organization,
    message: `${formatDay(day)} was changed outside costs: ${describeMisfit(misfit)}.`,
    hint: shell`costs backfill --since ${day} --until ${day} --force && costs verify --since ${day} --until ${day}`,
  };
}

/** `"gpt-5, input" cost 67 times more per unit: 0.00005 USD, where 0.00000075 is usual` */
export function inWords({ lineItem, factor, usual, price, currency, unit }: UnitPriceJump): string {
  const way = parseDecimal(price) > parseDecimal(usual) ? 'more' : 'less';
  const per = unit === null ? '' : ` (${unit})`;
  return `"${lineItem}" cost ${factor} times ${way} per unit${per}: ${price} ${currency}, where ${usual} is usual`;
}

export function describeUnlinked({ projects, totals }: { projects: number; totals: MoneyDocument[] }): CheckFinding[] {
  if (projects === 0) return [];
  const spend = totals.map(({ cost, currency }) => `${formatMoney(cost)} ${currency}`).join(', ') || 'no spend yet';
  return [
    {
      check: 'unlinked',
      subject: plural(projects, 'project'),
      message: `${plural(projects, 'provider project is', 'provider projects are')} linked to nothing of yours: ${spend}. Link them: costs projects link --all`,
      hint: 'costs projects list --unlinked',
    },
  ];
}
