import { UTCDate } from '@date-fns/utc';
import { getISOWeek } from 'date-fns/getISOWeek';
import { getISOWeekYear } from 'date-fns/getISOWeekYear';
import type { PrismaClient } from '../../generated/prisma/client.js';
import { startOfDay } from '../../domain/day.js';
import { add, formatDecimal } from '../../domain/decimal.js';
import {
  groupKey,
  isTagWord,
  tagKeyOf,
  type GROUP_WORDS,
  type GroupWord,
  type ReportGroup,
  type ReportQuery,
  type ReportRow,
  type RowFilter,
  type UnpricedQuantity,
} from '../../domain/report.js';
import { tagOn, type Tag } from '../../domain/tag.js';
import type { UnpricedUsage } from '../../domain/usage-store.js';
import { createTagStore } from '../tags.js';
import { readUnpriced } from '../usage/unpriced.js';
import { matchesPattern } from '../../domain/pattern.js';

/** List prices are in dollars; a row without a price needs a currency to stand beside the others. */
const CURRENCY = 'USD';

/** What is known of a usage's project. */
interface ProjectName {
  id: string;
  project: string;
  organization: string | null;
  linked: boolean;
}

/** What a report cannot put a price on: how much it is, and a row without a cost for each group that has some. */
export async function unpricedRows(
  prisma: PrismaClient,
  query: ReportQuery,
): Promise<{ rows: ReportRow[]; unpriced: UnpricedQuantity[] }> {
  const { basis = 'best' } = query;
  if (basis === 'billed') return { rows: [], unpriced: [] };
  const all = await readUnpriced(prisma, query.teamId, query);
  if (all.length === 0) return { rows: [], unpriced: [] };
  const billed = basis === 'best' ? await billedDays(prisma, query) : new Set<string>();
  const tags = await createTagStore(prisma).list(query.teamId);
  const usage = all.filter((each) => isAsked(each, query, tags) && !billed.has(`${each.projectId} ${each.day}`));
  const names = await projectNames(prisma, query.teamId);
  return { rows: toRows(usage, query.groupBy, names, tags), unpriced: toQuantities(usage) };
}

function isAsked(
  usage: UnpricedUsage,
  { provider, organizationId, projectIds, lineItem, tags = [] }: RowFilter,
  known: readonly Tag[],
): boolean {
  return (
    (provider ?? usage.provider) === usage.provider &&
    (organizationId ?? usage.organizationId) === usage.organizationId &&
    (projectIds?.includes(usage.projectId) ?? true) &&
    (lineItem === undefined || matchesPattern(lineItem, lineItemOf(usage))) &&
    tags.every(({ key, value }) => tagValue(usage, key, known) === value)
  );
}

function tagValue({ projectId, day }: UnpricedUsage, key: string, known: readonly Tag[]): string | null {
  return tagOn(
    known.filter((tag) => tag.projectId === projectId && tag.key === key),
    day,
  );
}

/** As an estimate's line item would be called. */
function lineItemOf({ model, endpoint, tokenType, tier }: UnpricedUsage): string {
  return `${model === '' ? endpoint : model}, ${tokenType.replaceAll('_', ' ')}${tier === 'standard' ? '' : ` · ${tier}`}`;
}

/** Billed cost wins: what is billed that day is known, whatever its usage would have cost. */
async function billedDays(prisma: PrismaClient, { teamId, since, until }: ReportQuery): Promise<Set<string>> {
  const rows = await prisma.$queryRaw<{ key: string }[]>`
    SELECT DISTINCT c.project_id || ' ' || to_char(c.bucket_start_time, 'YYYY-MM-DD') AS key
    FROM projects p JOIN cost_data c ON c.project_id = p.id
    WHERE p.team_id = ${teamId} AND c.api_version = 'costs_v1' AND c.bucket_start_time >= ${since}::timestamp
      AND c.bucket_start_time < ${until}::timestamp + interval '1 day'`;
  return new Set(rows.map(({ key }) => key));
}

async function projectNames(prisma: PrismaClient, teamId: string): Promise<Map<string, ProjectName>> {
  const rows = await prisma.$queryRaw<ProjectName[]>`
    SELECT p.id, p.name AS project, coalesce(g.name, p.ai_organization_id) AS organization, (p.linked_at IS NOT NULL OR p.ai_project_id IS NULL) AS linked
    FROM projects p LEFT JOIN organizations g ON g.provider = p.ai_provider AND g.organization_id = p.ai_organization_id AND g.team_id = p.team_id
    WHERE p.team_id = ${teamId}`;
  return new Map(rows.map((row) => [row.id, row]));
}

const GROUPS: Record<
  (typeof GROUP_WORDS)[number],
  (usage: UnpricedUsage, name: ProjectName | undefined) => ReportGroup
> = {
  provider: ({ provider }) => ({ provider }),
  organization: ({ organizationId }, name) => ({ organization: name?.organization ?? organizationId, organizationId }),
  project: ({ projectId, organizationId }, name) => ({
    project: name?.project ?? projectId,
    projectId,
    organization: name?.organization ?? organizationId,
    organizationId,
    linked: name?.linked ?? false,
  }),
  'line-item': (usage) => ({ lineItem: lineItemOf(usage) }),
  model: ({ model }) => ({ model: model === '' ? null : model }),
  day: ({ day }) => ({ day }),
  week: ({ day }) => ({ week: weekOf(new UTCDate(startOfDay(day))) }),
  month: ({ day }) => ({ month: day.slice(0, 7) }),
};

/** As PostgreSQL writes it: `2026-W05`. */
function weekOf(date: UTCDate): string {
  return `${getISOWeekYear(date)}-W${getISOWeek(date).toString().padStart(2, '0')}`;
}

function toRows(
  usage: readonly UnpricedUsage[],
  groupBy: readonly GroupWord[],
  names: ReadonlyMap<string, ProjectName>,
  tags: readonly Tag[],
): ReportRow[] {
  const rows = new Map<string, ReportRow>();
  for (const each of usage) {
    const groups = groupBy.map((word) =>
      isTagWord(word)
        ? { [word]: tagValue(each, tagKeyOf(word), tags) }
        : GROUPS[word](each, names.get(each.projectId)),
    );
    const row: ReportRow = {
      ...(Object.assign({}, ...groups) as ReportGroup),
      currency: CURRENCY,
      cost: null,
      estimated: true,
    };
    rows.set(groupKey(row), row);
  }
  return [...rows.values()];
}

function toQuantities(usage: readonly UnpricedUsage[]): UnpricedQuantity[] {
  const sums = new Map<string, UnpricedUsage>();
  for (const each of usage) {
    const key = JSON.stringify([each.provider, each.model, each.endpoint, each.tokenType, each.tier, each.unit]);
    const known = sums.get(key);
    sums.set(key, known === undefined ? each : { ...known, quantity: add(known.quantity, each.quantity) });
  }
  return [...sums.values()].map(({ provider, model, endpoint, tokenType, tier, unit, quantity }) => ({
    provider,
    model: model === '' ? null : model,
    endpoint,
    tokenType,
    tier,
    unit,
    quantity: formatDecimal(quantity),
    cost: null,
  }));
}
