import type { BudgetState } from '../domain/budget-view.js';
import { findingOf, type FoundFinding } from '../domain/finding.js';
import type { RegisteredOrganization } from '../domain/organization.js';
import type { Trouble } from '../domain/status.js';
import { parseDecimal, percentOf } from '../domain/decimal.js';
import type { ApiKeySpend, EndedKey } from '../domain/api-key-spend.js';
import type { Day } from '../domain/day.js';
import type { MoneyDocument } from '../domain/money.js';
import type { SpendReader } from '../domain/report.js';
import type { UnitPriceJump } from '../domain/unit-prices.js';
import { describeMisfit, type SealMisfit } from '../domain/seal.js';
import type { OrganizationSpike } from '../domain/organization-spikes.js';
import type { DailySeries, Spike } from '../domain/spikes.js';
import { formatAmounts, formatMoney } from './format.js';
import { formatDay, plural } from '../domain/words.js';
import { shell } from '../domain/shell.js';

/**
 * Findings in sentences, the same in every format.
 * @param month whose budget it is
 * @param at the percent of the budget that it has reached
 */
export function describeBudget(state: BudgetState, scope: string, month: string, at: number): FoundFinding {
  const { id, spent, amount, currency, estimated, crossing } = state;
  const sum = `${formatMoney(spent)} ${currency}${estimated ? ' (partly estimated)' : ''}`;
  const budget = `its budget of ${formatMoney(amount)} ${currency}`;
  return findingOf({
    check: 'budget',
    cause: [id, month, at],
    subject: scope,
    message: `This month has cost ${sum}, ${at === 100 ? 'more than' : `over ${at} % of`} ${budget}${crossing === null ? '' : `, and is expected to go over it about ${formatDay(crossing)}`}.`,
    hint: reportOf(state),
    amount: { currency, cost: spent },
  });
}

/** The rows that a budget is about, and what they are made of. */
function reportOf({ provider, organizationId, apiKeyId, projectId, tag }: BudgetState): string {
  if (tag !== null) return shell`costs report --tag ${`${tag.key}=${tag.value}`} --group-by project`;
  if (projectId !== null) return shell`costs report --project ${projectId} --group-by line-item`;
  if (provider === null) return 'costs report --group-by project';
  if (organizationId === null) return shell`costs report --provider ${provider} --group-by project`;
  const ofOrganization = shell`costs report --provider ${provider} --organization ${organizationId}`;
  if (apiKeyId === null) return `${ofOrganization} --group-by project`;
  return `${ofOrganization}${shell` --api-key ${apiKeyId} --group-by project`}`;
}

/**
 * @param word for its project that means no other
 * @param why what `costs explain` says of it; may be empty
 */
export function describeSpike(spike: Spike, word: string, why: readonly string[]): FoundFinding {
  const { day, span, project, projectId, cost, usual, currency, lineItem } = spike;
  const most = lineItem === null ? '' : `, most of it ${lineItem.name}`;
  return findingOf({
    check: 'anomaly',
    cause: [projectId, currency, span.since],
    subject: project,
    message: `${formatDay(day)} cost ${formatMoney(cost)} ${currency}, where ${formatMoney(usual)} is usual${becauseOf(why, most)}.`,
    hint: shell`costs explain ${day} --project ${word} --group-by line-item`,
    amount: { currency, cost },
    day,
  });
}

export function describeOrganizationSpike(spike: OrganizationSpike, why: readonly string[]): FoundFinding {
  const { day, span, provider, organization, organizationId, cost, usual, currency } = spike;
  return findingOf({
    check: 'anomaly',
    cause: [provider, organizationId, currency, span.since],
    subject: organization,
    message: `${formatDay(day)} cost ${formatMoney(cost)} ${currency} in all, where ${formatMoney(usual)} is usual${becauseOf(why)}.`,
    hint: shell`costs explain ${day} --provider ${provider} --organization ${organizationId} --group-by project`,
    amount: { currency, cost },
    day,
  });
}

/** @param level what a day costs now and did two to three months ago, and what `costs explain` says of it */
export function describeRise(
  { projectId, project, currency }: Pick<DailySeries, 'projectId' | 'project' | 'currency'>,
  word: string,
  { now, before, why }: { now: string; before: string; why: readonly string[] },
): FoundFinding {
  return findingOf({
    check: 'anomaly',
    cause: ['rise', projectId, currency],
    subject: project,
    message: `A day costs ${formatMoney(now)} ${currency}, where ${formatMoney(before)} was usual two to three months ago${becauseOf(why)}.`,
    hint: shell`costs report last-90d --project ${word} --group-by week`,
    amount: { currency, cost: now },
  });
}

function becauseOf(why: readonly string[], otherwise = ''): string {
  return why.length === 0 ? otherwise : `: ${why.join('; ')}`;
}

export function describePriceJump(jump: UnitPriceJump, organization: RegisteredOrganization): FoundFinding {
  const { day, lineItem, currency, unit } = jump;
  return findingOf({
    check: 'price',
    cause: [organization.provider, organization.organizationId, lineItem, currency, unit ?? '', day],
    subject: organization.name,
    message: `${formatDay(day)} ${inWords(jump)}.`,
    hint: shell`costs report --since ${day} --until ${day} --group-by line-item`,
    day,
  });
}

export function describeNewKey({ cost, currency, ofAll, firstDay, ...key }: ApiKeySpend): FoundFinding {
  const share = percentOf(parseDecimal(cost), parseDecimal(ofAll));
  return describeKey('new', key, {
    message: `${nameOfKey(key)} spent for the first time on ${formatDay(firstDay)}, and ${formatMoney(cost)} ${currency} since: ${share} % of the last 30 days.`,
    amount: { cost, currency },
    day: firstDay,
  });
}

export function describeEndedKey({ currency, afterEnd, ...key }: EndedKey): FoundFinding {
  const { cost, lastDay } = afterEnd;
  return describeKey('ended', key, {
    message: `${nameOfKey(key)} has ended and spent ${formatMoney(cost)} ${currency} after that, last on ${formatDay(lastDay)}.`,
    amount: { cost, currency },
    day: lastDay,
  });
}

type NamedKey = Pick<ApiKeySpend, 'provider' | 'organizationId' | 'organization' | 'apiKeyId' | 'apiKey'>;

function describeKey(
  what: 'new' | 'ended',
  { provider, organizationId, organization, apiKeyId }: NamedKey,
  found: { message: string; amount: MoneyDocument; day: Day },
): FoundFinding {
  return findingOf({
    check: 'keys',
    cause: [what, provider, organizationId, apiKeyId, found.amount.currency],
    subject: organization,
    hint: shell`costs report last-30d --api-key ${apiKeyId} --group-by project,day`,
    ...found,
  });
}

function nameOfKey({ apiKey, apiKeyId }: NamedKey): string {
  return apiKey === apiKeyId ? `The API key ${apiKeyId}` : `The API key "${apiKey}" (${apiKeyId})`;
}

export function describeAltered(misfit: SealMisfit, organization: RegisteredOrganization): FoundFinding {
  const { day } = misfit;
  return findingOf({
    check: 'seals',
    cause: [organization.provider, organization.organizationId, day],
    subject: organization.name,
    message: `${formatDay(day)} was changed outside costs: ${describeMisfit(misfit)}.`,
    hint: shell`costs backfill --since ${day} --until ${day} --force && costs verify --since ${day} --until ${day}`,
  });
}

export function describeTrouble(
  { kind, message, hint }: Trouble,
  { provider, organizationId, name }: RegisteredOrganization,
): FoundFinding {
  return findingOf({ check: 'gaps', cause: [provider, organizationId, kind], subject: name, message, hint });
}

/** `"gpt-5, input" cost 67 times more per unit: 0.00005 USD, where 0.00000075 is usual` */
export function inWords({ lineItem, factor, usual, price, currency, unit }: UnitPriceJump): string {
  const way = parseDecimal(price) > parseDecimal(usual) ? 'more' : 'less';
  const per = unit === null ? '' : ` (${unit})`;
  return `"${lineItem}" cost ${factor} times ${way} per unit${per}: ${price} ${currency}, where ${usual} is usual`;
}

/** Other projects are another finding, which was not told yet, though they are as many. */
export function describeUnlinked({
  projects,
  which,
  totals,
}: Awaited<ReturnType<SpendReader['unlinked']>>): FoundFinding[] {
  if (projects === 0) return [];
  const spend = formatAmounts(totals) || 'no spend yet';
  return [
    findingOf({
      check: 'unlinked',
      cause: [which],
      subject: plural(projects, 'project'),
      message: `${plural(projects, 'provider project is', 'provider projects are')} linked to nothing of yours: ${spend}. Link them: costs projects link --all`,
      hint: 'costs projects list --unlinked',
    }),
  ];
}
