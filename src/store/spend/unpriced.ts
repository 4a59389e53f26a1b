import { SQL } from '../sql.js';
import type { DaySpan } from '../../domain/day.js';
import { add, formatDecimal } from '../../domain/decimal.js';
import { organizationRef } from '../../domain/organization.js';
import { isCharged, tierOf, type PriceBook } from '../../domain/price.js';
import type { ReportQuery, UnpricedQuantity } from '../../domain/report.js';
import type { UnpricedUsage } from '../../domain/usage-store.js';
import type { Statements } from '../statements.js';
import { readPriceBook } from '../usage/prices.js';
import { readUsage, type UsageTotal } from '../usage/usage-totals.js';
import { columnsOf, fromSpend } from './query.js';
import { kindsOf, spendRows, type UnpricedItem } from './relation.js';

/** See `SpendReader.unpriced`. */
export async function readUnpriced(tx: Statements, teamId: string, span: DaySpan): Promise<UnpricedUsage[]> {
  const usage = await readUsage(tx, SQL`p.team_id = ${teamId}`, span);
  if (usage.length === 0) return [];
  const bookOf = await readBooks(tx, usage, teamId);
  const sums = new Map<string, UnpricedUsage>();
  for (const each of usage) {
    const { provider, organizationId, projectId, day, endpoint, tokenType, unit, model, quantity } = each;
    if (!isCharged(tokenType) || bookOf(each).find(provider, each, day) !== null) continue;
    const tier = tierOf(each);
    const key = JSON.stringify([projectId, day, endpoint, tokenType, unit, model, tier]);
    const known = sums.get(key);
    if (known === undefined) {
      sums.set(key, { provider, organizationId, projectId, day, endpoint, tokenType, unit, model, tier, quantity });
    } else known.quantity = add(known.quantity, quantity);
  }
  return [...sums.values()];
}

/** Estimates are made with the prices of the team that collects the organization, whichever team's the project is. */
async function readBooks(
  tx: Statements,
  usage: readonly UsageTotal[],
  teamId: string,
): Promise<(of: UsageTotal) => PriceBook> {
  const ids = [...new Set(usage.map(({ organizationId }) => organizationId))];
  const organizations = await tx.$queryRaw<{ provider: string; organizationId: string; teamId: string }[]>`
    SELECT provider, organization_id AS "organizationId", team_id AS "teamId" FROM organizations WHERE organization_id = ANY(${ids}::text[])`;
  const teams = new Map(organizations.map((each) => [organizationRef(each), each.teamId]));
  const own = await readPriceBook(tx, teamId);
  const books = new Map([[teamId, own]]);
  for (const id of teams.values()) if (!books.has(id)) books.set(id, await readPriceBook(tx, id));
  return (of) => books.get(teams.get(organizationRef(of)) ?? teamId) ?? own;
}

/** What of a query's spend has no price, before any filter but the team. */
export async function readUnpricedItems(tx: Statements, query: ReportQuery): Promise<UnpricedItem[]> {
  if (query.pricedOnly === true || !kindsOf(query).includes('unpriced')) return [];
  return (await readUnpriced(tx, query.teamId, query)).map((usage) => ({ ...usage, lineItem: lineItemOf(usage) }));
}

function lineItemOf({ model, endpoint, tokenType, tier }: UnpricedUsage): string {
  return `${model === '' ? endpoint : model}, ${tokenType.replaceAll('_', ' ')}${tier === 'standard' ? '' : ` · ${tier}`}`;
}

/** How much of what there is, of the items that a query is about. */
export async function sumUnpriced(
  tx: Statements,
  query: ReportQuery,
  items: readonly UnpricedItem[],
): Promise<UnpricedQuantity[]> {
  if (items.length === 0) return [];
  const columns = [...columnsOf({ patterns: query.patterns ?? {} }), 'item'];
  const rows = await tx.$queryRaw<{ item: number }[]>`
    SELECT c.item::int AS item ${fromSpend({ rows: spendRows(query, { kinds: ['unpriced'], columns, unpriced: items }), filter: query })}
    ORDER BY 1`;
  const sums = new Map<string, UnpricedUsage>();
  for (const each of rows.flatMap(({ item }) => items[item - 1] ?? [])) {
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
