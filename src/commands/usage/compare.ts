import type { Context } from '../../context.js';
import type { Organization } from '../../domain/collection.js';
import { compareUsage } from '../../domain/comparison.js';
import { dayState } from '../../domain/coverage.js';
import { daysOf, toDay, type Day, type DaySpan } from '../../domain/day.js';
import { add, formatDecimal, ZERO } from '../../domain/decimal.js';
import { USAGE_WIDTHS } from '../../domain/usage.js';
import { CostsError } from '../../errors.js';
import { toComparisonDocument, renderComparison, type ComparisonDocument } from '../../output/comparison.js';
import { asUsed } from '../../providers/registry.js';
import { asItIs, defineCommand } from '../define.js';
import { organizationOption, periodArgument, periodOptions, providerOption } from '../options.js';
import { lastDays, resolvePeriod, type PeriodRequest } from '../../domain/period.js';
import { selectOrganizations } from '../../library/organizations.js';
import { shell } from '../../domain/shell.js';
import { formatSpan } from '../../domain/words.js';
import { organizationRef } from '../../domain/organization.js';
import type { Selection } from '../../library/requests.js';

export type UsageCompareOptions = Selection & PeriodRequest;

/** Without --since: as many days as most bills need to settle. */
const USUAL_DAYS = 30;

export const usageCompare = defineCommand({
  name: 'usage compare',
  description:
    'Sets bills beside what usage should have cost, by project, model and day: how much of them it explains, what is left, and which price or unit must be wrong.',
  arguments: [periodArgument()],
  options: [...periodOptions(`the last ${USUAL_DAYS} days that ended`), providerOption(), organizationOption()],
  examples: ['costs usage compare', 'costs usage compare 2026-10 --json | jq .warnings'],
  readsOnly: true,
  run,
  document: asItIs<ComparisonDocument>,
  render: renderComparison,
});

async function run(options: UsageCompareOptions, context: Context) {
  const today = toDay(await context.clock());
  const { since, until } = resolvePeriod(options, today, lastDays(USUAL_DAYS));
  const span = { since, until };
  const organizations = await selectOrganizations(context, options);
  const [{ reports }, team] = [await context.store(), await context.team()];

  const days = new Map<string, Set<Day>>();
  for (const organization of organizations)
    days.set(organizationRef(organization), await comparableDays(context, organization, span));
  const isCompared = ({ day, ...row }: { provider: string; organizationId: string; day: Day }) =>
    days.get(organizationRef(row))?.has(day) === true;
  const { billed, estimated, unpricedUsage } = await reports.snapshot(async (reader) => ({
    billed: (await reader.lines(team.id, span, 'billed')).filter(isCompared).map(asUsed),
    estimated: (await reader.lines(team.id, span, 'estimated')).filter(isCompared),
    unpricedUsage: (await reader.unpriced(team.id, span)).filter(isCompared),
  }));
  if ([...days.values()].every(({ size }) => size === 0)) {
    throw new CostsError(
      'conflict',
      `No day of ${formatSpan(span.since, span.until)} has been read for both its bills and its usage.`,
      {
        hint: shell`costs backfill --since ${span.since} && costs backfill --since ${span.since} --basis usage`,
      },
    );
  }
  const unpriced = new Map<
    string,
    { provider: string; model: string; tokenType: string; unit: string; tier: string; quantity: typeof ZERO }
  >();
  for (const { provider, model, endpoint, tokenType, unit, tier, quantity } of unpricedUsage) {
    const what = { provider, model: model === '' ? endpoint : model, tokenType, unit, tier };
    const key = JSON.stringify(what);
    unpriced.set(key, { ...what, quantity: add(unpriced.get(key)?.quantity ?? ZERO, quantity) });
  }
  const document = {
    ...span,
    ...toComparisonDocument(compareUsage(billed, estimated)),
    unpriced: [...unpriced.values()].map((each) => ({ ...each, quantity: formatDecimal(each.quantity), cost: null })),
    daysLeftOut: organizations.map((organization) => ({
      provider: organization.provider,
      organizationId: organization.organizationId,
      name: organization.name,
      days: daysOf(span).filter((day) => !isCompared({ ...organization, day })),
    })),
  };
  return document;
}

/** Days whose bills and whose usage were both read after they had ended: a half-read side would look like a wrong price. */
async function comparableDays(context: Context, organization: Organization, span: DaySpan): Promise<Set<Day>> {
  const { collection, usage } = await context.store();
  // Files are asked of nobody, and tell no usage.
  const adapter = organization.source === 'path' ? null : await context.provider(organization.provider);
  const endpoints = adapter?.usage?.endpoints ?? [];
  const closed = (days: readonly { day: Day; readAt: Date | null }[]) =>
    new Set(days.filter(({ day, readAt }) => !['gap', 'open'].includes(dayState(day, readAt))).map(({ day }) => day));
  const billed = closed(await collection.collectedDays(organization));
  const widths = await Promise.all(USAGE_WIDTHS.map((width) => usage.collectedDays(organization, width, endpoints)));
  const used = closed(widths.flat().filter(({ refused }) => !refused));
  return new Set(daysOf(span).filter((day) => billed.has(day) && used.has(day)));
}
