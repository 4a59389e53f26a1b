import { daysOf, type Day, type DaySpan } from '../../domain/day.js';
import { absolute, subtract, sum } from '../../domain/decimal.js';
import type { CostProvider } from '../../domain/cost-provider.js';
import { UNASSIGNED, type ProviderCall } from '../../domain/provider.js';
import type { CostLine } from '../../domain/bucket.js';
import { dailyLine, wholeAnswer } from '../../domain/daily-line.js';
import { isBinaryNoise } from '../binary-sums.js';
import type { QueryParameters } from '../address.js';
import type { Wire } from '../define.js';
import { broken, checkRows } from '../paging.js';
import { isNotAllowed, isNotFound } from '../refusal.js';
import { remember } from '../remember.js';
import { findKind, openReports, type Reports } from './reports.js';
import type { UsageItem } from './schema.js';
import { groupInto } from '../../domain/group-into.js';

const MAX_DAYS = 31;
/** From this day on Copilot charges AI credits, and premium requests before it. */
const AI_CREDITS_SINCE = '2026-06-01';

type DatedItem = UsageItem & { day: Day };

export function connectGitHub(wire: Wire): Omit<CostProvider, 'facts'> {
  const { now } = wire;
  const kindOf = remember((call: ProviderCall) => findKind(wire, call));
  const reportsOf = async (call: ProviderCall) => openReports(wire, call, await kindOf(call));

  const isAsked = ({ services }: ProviderCall, { isAi }: UsageItem) => services === 'all' || isAi;

  return {
    maxDaysPerRequest: MAX_DAYS,
    async *fetchCosts(call, span) {
      const reports = await reportsOf(call);
      let lines: CostLine[] = [];
      for (const center of await reports.costCenters()) {
        const items = (await readDays(reports, span, center)).filter((item) => isAsked(call, item));
        const named = await nameModels(reports, items, center, call);
        checkRows('GitHub', lines.length + named.length, call);
        lines = lines.concat(named.map((item) => toLine(reports, item)));
      }
      yield wholeAnswer(span, lines, now());
    },
    async *fetchTotals(call, span) {
      const reports = await reportsOf(call);
      const lines: CostLine[] = [];
      for (const center of await reports.costCenters()) {
        for (const day of daysOf(span)) {
          const items = await reports.read('usage/summary', day, center);
          const cost = sum(items.filter((item) => isAsked(call, item)).map(({ net }) => net));
          lines.push(dailyLine({ day, description: null, providerProjectId: UNASSIGNED, currency: 'USD', cost }));
        }
      }
      yield wholeAnswer(span, lines, now());
    },
    // Reports name repositories, and know no ids: there is nothing that a list would add.
    listProjects: () => Promise.resolve([]),
    async identify(call) {
      await kindOf(call);
      return {
        organizationId: call.organizationId ?? null,
        organizationName: null,
        canListProjects: true,
        expiresAt: null,
        warnings: [],
      };
    },
  };
}

/** The only report that says of which day a charge is, a month at a time. */
async function readDays(reports: Reports, span: DaySpan, center: QueryParameters): Promise<DatedItem[]> {
  const months = new Set(daysOf(span).map((day) => day.slice(0, 7)));
  const items: DatedItem[] = [];
  for (const month of months)
    for (const item of await reports.read('usage', month, center)) {
      const { day } = item;
      if (day === null) throw broken('GitHub', 'sent a charge without a date');
      if (day >= span.since && day <= span.until) items.push({ ...item, day });
    }
  return items;
}

/** Charges for models, cut by model where the report that knows them adds up to the same; as they are otherwise. */
async function nameModels(
  reports: Reports,
  items: DatedItem[],
  center: QueryParameters,
  { observe }: ProviderCall,
): Promise<DatedItem[]> {
  const groups = groupInto(
    items.filter(({ hasModels }) => hasModels),
    ({ day, organization }) => [day, reports.isEnterprise ? organization : null],
  );
  const named: DatedItem[] = items.filter(({ hasModels }) => !hasModels);
  for (const group of groups) {
    const { day, organization, repository } = group[0];
    const report = day < AI_CREDITS_SINCE ? 'premium_request/usage' : 'ai_credit/usage';
    const narrowed = reports.isEnterprise && organization !== null ? { ...center, organization } : center;
    // It knows no repositories: where they are the projects, charges of several of them stay as they are.
    const isOne = reports.isEnterprise || group.every((item) => item.repository === repository);
    const read = () =>
      reports.read(report, day, narrowed).catch((error: unknown) => {
        if (!isNotFound(error) && !isNotAllowed(error)) throw error;
        observe({ type: 'missing', endpoint: report });
        return [];
      });
    const cut = isOne ? await read() : [];
    const isSame = cut.length > 0 && (['net', 'gross'] as const).every((amount) => isEqual(cut, group, amount));
    named.push(...(isSame ? cut.map((item) => ({ ...item, day, organization, repository })) : group));
  }
  return named;
}

function isEqual(some: readonly UsageItem[], others: readonly UsageItem[], amount: 'net' | 'gross'): boolean {
  const [ours, theirs] = [some, others].map((items) => items.map((item) => item[amount]));
  const difference = subtract(sum(ours ?? []), sum(theirs ?? []));
  return isBinaryNoise(difference, sum([...(ours ?? []), ...(theirs ?? [])].map(absolute)));
}

function toLine(
  { isEnterprise }: Reports,
  { day, sku, model, unit, quantity, gross, net, organization, repository }: DatedItem,
): CostLine {
  const project = (isEnterprise ? organization : repository) ?? '';
  return dailyLine({
    day,
    description: sku,
    further: model === null ? [] : [model],
    providerProjectId: project === '' ? UNASSIGNED : project,
    providerProjectName: project === '' ? null : project,
    currency: 'USD',
    cost: net,
    listCost: gross,
    quantity,
    quantityUnit: unit,
    model,
  });
}
