import type { Context } from '../context.js';
import { parseAmount } from '../domain/budget.js';
import { CHECKS, type CheckFinding, type CheckName, type CheckFindings } from '../domain/finding.js';
import { addDays, toDay, type Day, type DaySpan } from '../domain/day.js';
import { parseDecimal, type Decimal } from '../domain/decimal.js';
import { LEAST_EXCESS, type Spike } from '../domain/spikes.js';
import { lastDays, resolvePeriod, type PeriodRequest } from '../domain/period.js';
import { findPriceJumps, PRICE_HISTORY_DAYS } from '../domain/unit-prices.js';
import { EXIT_CODES } from '../errors.js';
import { closedDays } from '../library/verify.js';
import { renderCheck, renderCheckGithub, renderCheckMarkdown } from '../output/check.js';
import {
  describeBudget,
  describeAltered,
  describePriceJump,
  describeSpike,
  describeUnlinked,
} from '../output/findings.js';
import { distinctProjects } from '../output/distinct-projects.js';
import { scopeOf } from '../output/budgets.js';
import type { Output } from '../output/output.js';
import type { Store } from '../store/store.js';
import { readBudgets } from './check/budgets.js';
import { defineCommand, option } from './define.js';
import { parseWith, periodArgument, periodOptions } from './options.js';
import { readSpikes } from './report/spikes.js';
import { describeOrganization, findTrouble } from './status/organization.js';

// eslint-disable-next-line no-restricted-syntax -- a format of annotations
const FORMATS = ['table', 'json', 'github', 'markdown'] as const;
/** Closed days that are looked at for anomalies when nothing is said. */
const DEFAULT_DAYS = 7;

export interface CheckOptions extends Partial<Record<CheckName, boolean>>, PeriodRequest {
  minAmount?: Decimal;
  format?: (typeof FORMATS)[number];
}

export const check = defineCommand({
  name: 'check',
  description:
    'Checks budgets, anomalies, unit prices, altered days, spend that is not linked, and gaps; exits 1 when there is something. For jobs.',
  arguments: [periodArgument()],
  options: [
    option('--budget', 'months that cost more than their budget'),
    option('--anomaly', 'days on which a project cost far more than usual'),
    option('--price', 'line items that cost over fifty times as much, or as little, per unit as before'),
    option('--seals', 'days that were changed outside costs'),
    option('--unlinked', 'spend of provider projects that are not linked; a note where it is not asked for'),
    option('--gaps', 'days that were not read, and keys that expire'),
    ...periodOptions(`anomalies and prices of the last ${DEFAULT_DAYS} days that ended`),
    option('--min-amount <amount>', 'anomalies of at least so much over the usual (default: 5)').argParser(
      parseWith(parseAmount),
    ),
    option('--format <format>', 'how it is written; --json is short for json').choices(FORMATS),
  ],
  examples: ['costs check', 'costs check --budget --gaps --format github', 'costs check last-30d --anomaly --json'],
  toFile: true,
  run,
  document: ({ result }): CheckFindings => result,
  render,
  exitCode: ({ result }) => (result.findings.length > 0 ? EXIT_CODES.finding : 0),
});

async function run(options: CheckOptions, context: Context) {
  const chosen = CHECKS.filter((name) => options[name] === true);
  const checks = chosen.length === 0 ? [...CHECKS] : chosen;
  const result = await readChecks(checks, options, context);
  const team = await context.team();
  return { result, team: team.name };
}

function render(
  { result, team }: { result: CheckFindings; team: string },
  output: Output,
  { format = 'table' }: CheckOptions,
): string {
  // eslint-disable-next-line no-restricted-syntax -- a format of annotations
  if (format === 'github') return renderCheckGithub(result);
  return format === 'markdown' ? renderCheckMarkdown(result, team) : renderCheck(result, team, output);
}

async function readChecks(checks: CheckName[], options: CheckOptions, context: Context): Promise<CheckFindings> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const now = await context.clock();
  const today = toDay(now);
  const span = closedDays(resolvePeriod(options, today, lastDays(DEFAULT_DAYS)), today);
  const wanted = (name: CheckName) => checks.includes(name);
  const budgets = wanted('budget') ? await readBudgets(store, team.id, today) : [];
  const anomalies =
    wanted('anomaly') && span !== null ? await readAnomalies(store, team.id, today, span, options.minAmount) : [];
  const exceeded = budgets.filter(({ spent, amount }) => parseDecimal(spent) > parseDecimal(amount));
  const projects = anomalies.length === 0 ? [] : await store.projects.list(team.id);
  const wordFor = ({ project, projectId }: Spike) =>
    projects.filter(({ name }) => name.toLowerCase() === project.toLowerCase()).length === 1 ? project : projectId;
  const named = distinctProjects(anomalies);
  const unlinked = wanted('unlinked') ? describeUnlinked(await store.reports.unlinked(team.id)) : [];
  const findings: CheckFinding[] = [
    ...exceeded.map((each) => describeBudget(each, scopeOf(each, team.name))),
    ...anomalies.map((each) => describeSpike(named(each), wordFor(each))),
    ...(wanted('price') && span !== null ? await findPrices(store, team.id, span) : []),
    ...(wanted('seals') ? await findMisfits(store, team.id) : []),
    ...(options.unlinked === true ? unlinked : []),
    ...(wanted('gaps') ? await findGaps(store, team.id, now) : []),
  ];
  const onTheWay = budgets
    .filter((each) => !exceeded.includes(each) && isOnTheWay(each.projected, each.amount))
    .map((each) => `${scopeOf(each, team.name)} is expected to go over its budget.`);
  const notes = [...onTheWay, ...(options.unlinked === true ? [] : unlinked.map(({ message }) => message))];
  return { checks, status: findings.length > 0 ? 'finding' : 'ok', findings, notes, budgets, anomalies };
}

function isOnTheWay(projected: string | null, amount: string): boolean {
  return projected !== null && parseDecimal(projected) > parseDecimal(amount);
}

async function readAnomalies(
  store: Store,
  teamId: string,
  today: Day,
  { since, until }: DaySpan,
  minAmount: Decimal = LEAST_EXCESS,
): Promise<Spike[]> {
  return store.reports.snapshot((reports) =>
    readSpikes(reports, { teamId, since, until, groupBy: ['project'] }, today, minAmount),
  );
}

async function findPrices(store: Store, teamId: string, { since, until }: DaySpan): Promise<CheckFinding[]> {
  const history = { since: addDays(since, -PRICE_HISTORY_DAYS), until };
  const findings: CheckFinding[] = [];
  for (const { provider, organizationId, name } of await store.keys.list(teamId)) {
    const charges = await store.collection.dailyCharges(provider, organizationId, history);
    findings.push(...findPriceJumps(charges, { since, until }).map((jump) => describePriceJump(jump, name)));
  }
  return findings;
}

async function findMisfits(store: Store, teamId: string): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const { provider, organizationId, name } of await store.organizations.list(teamId)) {
    const misfits = await store.collection.openMisfits(provider, organizationId);
    findings.push(...misfits.map((misfit) => describeAltered(misfit, name)));
  }
  return findings;
}

async function findGaps(store: Store, teamId: string, now: Date): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const organization of await store.organizations.list(teamId)) {
    const { provider, organizationId } = organization;
    const collected = await store.collection.collectedDays(provider, organizationId);
    const trouble = findTrouble(describeOrganization(organization, collected, now), now);
    findings.push(
      ...trouble.map(({ message, hint }) => ({ check: 'gaps' as const, subject: organization.name, message, hint })),
    );
  }
  return findings;
}
