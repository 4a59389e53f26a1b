import type { Context } from '../../context.js';
import { findEndedKeys, findNewKeys, type ApiKeySpend } from '../../domain/api-key-spend.js';
import type { BudgetState } from '../../domain/budget-view.js';
import { addDays, toDay, type Day, type DaySpan } from '../../domain/day.js';
import { compare, parseDecimal, percentOf, proportion } from '../../domain/decimal.js';
import { CHECKS, type CheckName, type FoundFinding } from '../../domain/finding.js';
import type { CheckedNow } from '../../domain/kept-finding.js';
import type { RegisteredOrganization } from '../../domain/organization.js';
import { lastDays, resolvePeriod, type PeriodRequest } from '../../domain/period.js';
import type { Spike, Worth } from '../../domain/spikes.js';
import type { Team } from '../../domain/team.js';
import { findPriceJumps, PRICE_HISTORY_DAYS } from '../../domain/unit-prices.js';
import { formatDay } from '../../domain/words.js';
import { closedDays } from '../../library/verify.js';
import { organizationsOfTeam } from '../../library/organizations.js';
import { scopeOf } from '../../output/budgets.js';
import {
  describeAltered,
  describeBudget,
  describeEndedKey,
  describeNewKey,
  describePriceJump,
  describeTrouble,
  describeUnlinked,
} from '../../output/findings.js';
import type { Store } from '../../store/store.js';
import { describeOrganization, findTrouble } from '../status/organization.js';
import { findAnomalies } from './anomalies.js';
import { readBudgets } from './budgets.js';
import { MOST_PERCENT } from './percents.js';

/** Closed days that are looked at for anomalies when nothing is said. */
export const DEFAULT_DAYS = 7;

const OF_CLOSED_DAYS: readonly CheckName[] = ['anomaly', 'price', 'keys'];

export interface FindOptions extends Partial<Record<CheckName, boolean>>, PeriodRequest, Worth {
  /** Percents of a budget that are each found once; default: 100. */
  at?: readonly number[];
}

/** What there is to find, before anything is known of what was found before. */
export interface Found extends CheckedNow {
  checks: CheckName[];
  notes: string[];
  budgets: BudgetState[];
  anomalies: Spike[];
}

export async function findAll(options: FindOptions, context: Context): Promise<Found> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const now = await context.clock();
  const today = toDay(now);
  const span = closedDays(resolvePeriod(options, today, lastDays(DEFAULT_DAYS)), today);
  const chosen = CHECKS.filter((name) => options[name] === true);
  // What has no day that is over is not looked at, and so neither found nor gone.
  const checks = (chosen.length === 0 ? CHECKS : chosen).filter(
    (name) => span !== null || !OF_CLOSED_DAYS.includes(name),
  );
  const wanted = (name: CheckName) => checks.includes(name);
  const organizations = await organizationsOfTeam(context);
  const budgets = wanted('budget') ? await readBudgets(store, team.id, today) : [];
  const reached = budgets.flatMap((each) => reachedOf(each, team, today, options.at ?? [100]));
  const spikes =
    wanted('anomaly') && span !== null
      ? await findAnomalies(store, team, span, options)
      : { anomalies: [], found: [], below: [] };
  const unlinked = wanted('unlinked') ? describeUnlinked(await store.reports.unlinked({ teamId: team.id })) : [];
  const findings = [
    ...reached,
    ...spikes.found,
    ...(wanted('price') && span !== null ? await findPrices(store, organizations, span) : []),
    ...(wanted('keys') && span !== null ? findKeys(await store.reports.apiKeys(team.id, span), span) : []),
    ...(wanted('seals') ? await findMisfits(store, organizations) : []),
    ...(options.unlinked === true ? unlinked : []),
    ...(wanted('gaps') ? await findGaps(store, organizations, now) : []),
  ];
  const below = [
    ...spikes.below,
    ...(options.unlinked === true ? [] : unlinked),
    ...budgets.flatMap((each) => passedOf(each, team, today)),
  ];
  return {
    findings,
    below,
    checks,
    since: span?.since ?? today,
    until: span?.until ?? addDays(today, -1),
    today,
    notes: [
      ...budgetNotes(budgets, team),
      ...(options.unlinked === true ? [] : unlinked.map(({ message }) => message)),
    ],
    budgets,
    anomalies: spikes.anomalies,
  };
}

/** Of the percents that a month has passed, the highest alone: it says the others, too. */
function reachedOf(state: BudgetState, team: Team, today: Day, percents: readonly number[]): FoundFinding[] {
  const [spent, amount] = [parseDecimal(state.spent), parseDecimal(state.amount)];
  const passed = percents.filter((percent) => compare(spent, proportion(amount, BigInt(percent), 100n)) > 0);
  if (passed.length === 0) return [];
  return [describeBudget(state, scopeOf(state, team.name), today.slice(0, 7), Math.max(...passed))];
}

/** Every percent that a month has passed: another job may have been told of one of them, and it is not gone for that. */
function passedOf(state: BudgetState, team: Team, today: Day): FoundFinding[] {
  const spent = percentOf(parseDecimal(state.spent), parseDecimal(state.amount));
  return Array.from({ length: Math.max(0, Math.min(spent, MOST_PERCENT)) }, (_, index) => index + 1).flatMap(
    (percent) => reachedOf(state, team, today, [percent]),
  );
}

function budgetNotes(budgets: readonly BudgetState[], team: Team): string[] {
  return budgets.flatMap((each) =>
    each.crossing === null
      ? []
      : [`${scopeOf(each, team.name)} is expected to go over its budget about ${formatDay(each.crossing)}.`],
  );
}

async function findPrices(
  store: Store,
  organizations: readonly RegisteredOrganization[],
  { since, until }: DaySpan,
): Promise<FoundFinding[]> {
  const history = { since: addDays(since, -PRICE_HISTORY_DAYS), until };
  const findings: FoundFinding[] = [];
  for (const each of organizations) {
    const charges = await store.collection.dailyCharges(each, history);
    findings.push(...findPriceJumps(charges, { since, until }).map((jump) => describePriceJump(jump, each)));
  }
  return findings;
}

function findKeys(keys: readonly ApiKeySpend[], span: DaySpan): FoundFinding[] {
  return [...findNewKeys(keys, span).map(describeNewKey), ...findEndedKeys(keys).map(describeEndedKey)];
}

async function findMisfits(store: Store, organizations: readonly RegisteredOrganization[]): Promise<FoundFinding[]> {
  const findings: FoundFinding[] = [];
  for (const each of organizations) {
    // A day that was altered twice is one finding, as it was found last.
    const latest = new Map((await store.collection.openMisfits(each)).map((misfit) => [misfit.day, misfit]));
    findings.push(...[...latest.values()].map((misfit) => describeAltered(misfit, each)));
  }
  return findings;
}

async function findGaps(
  store: Store,
  organizations: readonly RegisteredOrganization[],
  now: Date,
): Promise<FoundFinding[]> {
  const findings: FoundFinding[] = [];
  for (const each of organizations) {
    const collected = await store.collection.collectedDays(each);
    const unfinished = await store.collection.unfinishedSyncs(each.teamId, 'billed');
    const trouble = findTrouble(describeOrganization(each, collected, now, unfinished), each, now);
    findings.push(...trouble.map((one) => describeTrouble(one, each)));
  }
  return findings;
}
