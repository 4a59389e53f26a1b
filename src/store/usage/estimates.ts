import { BucketMerger, toLineItem } from '../../domain/bucket.js';
import { spanOf, type Day } from '../../domain/day.js';
import { Sums, type Money } from '../../domain/money.js';
import type { OrganizationKey } from '../../domain/organization.js';
import { costOf, tierOf, type PriceBook } from '../../domain/price.js';
import { modalityOf } from '../../domain/token-types.js';
import type { RepriceScope } from '../../domain/usage-store.js';
import { SQL } from '../sql.js';
import { lockProjects } from '../project-locks.js';
import type { Statements } from '../statements.js';
import { ESTIMATES } from '../facts/bills.js';
import { chunksOfDays, type Chunk, type LockedDay } from '../facts/fact-days.js';
import { keyedCostsOf } from '../facts/keyed-costs.js';
import { replaceDays } from '../facts/replace-days.js';
import { storedRows } from '../facts/stored-rows.js';
import { readUsage, type UsageTotal } from './usage-totals.js';
import { ofOrganization } from '../organization-key.js';
import { groupBy } from '../../domain/group-into.js';

/** The same as API keys used it: made of the same quantities and prices, it adds up to them. */
const BY_USAGE = keyedCostsOf('usage');

export interface EstimateOutcome {
  /** Rows inserted, updated or deleted, and the days they are of. */
  changed: number;
  changedDays: Day[];
  totals: Money[];
}

/**
 * Makes the `usage_v1` rows of an organization's days anew from the usage that is stored: a row only where a price exists,
 * and each day from one width. The days must be locked. Legacy rows have no bucket and are never among those replaced.
 * Usage is read as much at once as a statement writes: a day may have a million rows of it.
 */
export async function writeEstimates(tx: Statements, scope: RepriceScope, book: PriceBook): Promise<EstimateOutcome> {
  const days = [...scope.days].sort();
  // Usage of other windows is read, too: a link or unlink would take it along and leave its estimates behind.
  await lockProjects(tx, ofOrganization(scope), 'KEY SHARE');
  const stored = await countUsage(tx, scope, days);
  const isKeyed = stored.some((usage) => usage.isKeyed);
  const projectIds = new Map(stored.map(({ providerProjectId: id }): [string, string] => [id, id]));
  const byDay = groupBy(stored, ({ day }) => day);
  const totals = new Sums();
  let changed = 0;
  const changedDays = new Set<Day>();
  for (const { rows, ...chunk } of chunksOfDays(days.map(toLocked), byDay, projectIds, (usage) => usage.rows)) {
    const merger = estimate(rows.length === 0 ? [] : await readUsageOf(tx, scope, chunk), book);
    const estimates = merger.lines();
    for (const line of estimates) totals.add(line);
    const replacement = { source: scope, ...chunk, projectIds };
    const outcome = await replaceDays(tx, ESTIMATES, { ...replacement, rows: estimates });
    changed += outcome.inserted + outcome.updated + outcome.deleted;
    for (const day of outcome.changedDays) changedDays.add(day);
    await replaceDays(tx, BY_USAGE, { ...replacement, rows: isKeyed ? merger.byApiKey() : [] });
  }
  return { changed, changedDays: [...changedDays], totals: [...totals] };
}

function toLocked(day: Day): LockedDay {
  return { day, part: '', readAt: null, firstClosedReadAt: null, scope: null, seal: null };
}

/** How much usage a project of ours has on a day, over all widths. */
interface StoredUsage {
  day: Day;
  providerProjectId: string;
  rows: number;
  isKeyed: boolean;
}

async function countUsage(tx: Statements, organization: OrganizationKey, days: readonly Day[]): Promise<StoredUsage[]> {
  const span = spanOf(days);
  if (span === null) return [];
  return tx.$queryRaw<StoredUsage[]>`
    SELECT to_char(c.bucket_start_time, 'YYYY-MM-DD') AS day, p.id AS "providerProjectId", count(*)::int AS rows, bool_or(c.api_key_id <> '') AS "isKeyed"
    FROM ${storedRows({ table: 'usage_data', constants: {} }, organization, span)}
    WHERE c.bucket_start_time::date = ANY (${[...days]}::date[]) GROUP BY 1, 2 ORDER BY 1, 2`;
}

/** The usage of a chunk. */
async function readUsageOf(
  tx: Statements,
  organization: OrganizationKey,
  { days, projects }: Omit<Chunk<unknown>, 'rows'>,
): Promise<UsageTotal[]> {
  const dates = days.map(({ day }) => day);
  const span = spanOf(dates);
  if (span === null) return [];
  const among = projects === null ? SQL.empty : SQL` AND p.id = ANY (${[...projects.ids]}::text[])`;
  const where = SQL`${ofOrganization(organization, 'p.')}${among} AND w.day = ANY (${dates}::date[])`;
  return readUsage(tx, where, span, { byKeyAndBucket: true });
}

/** Usage that has a price, one estimate a line item and bucket; its project is ours. */
function estimate(usage: readonly UsageTotal[], book: PriceBook): BucketMerger {
  const merger = new BucketMerger();
  for (const each of usage) {
    const price = book.find(each.provider, each, each.day);
    if (price === null) continue;
    const tier = tierOf(each);
    const { currency } = price;
    const [contextWindow, inferenceGeo] = [orNull(each.contextWindow), orNull(each.inferenceGeo)];
    const description = `${each.model === '' ? each.endpoint : each.model}, ${each.tokenType.replaceAll('_', ' ')}`;
    merger.add({
      ...{ bucketStart: each.bucketStart, bucketEnd: each.bucketEnd, providerProjectId: each.projectId },
      ...{ providerProjectName: null, organizationId: null, apiKeyId: each.apiKeyId },
      lineItem: toLineItem({ description, currency, contextWindow, serviceTier: tier, inferenceGeo }),
      ...{ currency, cost: costOf(each.quantity, price), quantity: each.quantity, quantityUnit: each.unit },
      ...{ model: orNull(each.model), costType: null, tokenType: each.tokenType, serviceTier: tier },
      ...{ contextWindow, inferenceGeo, modality: modalityOf(each.tokenType) },
    });
  }
  return merger;
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
