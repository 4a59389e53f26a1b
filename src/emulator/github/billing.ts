import { daysOf, endOfMonthOf, parseDay, startOfDay, toDay, type Day } from '../../domain/day.js';
import { formatDecimal, parseDecimal, subtract, sum } from '../../domain/decimal.js';
import type { ApiRequest, Route } from '../api.js';
import { raw } from '../json.js';
import { amountText, type WorldRow } from '../world.js';
import { githubError, notFound } from './errors.js';
import { ApiFailure } from '../api.js';

/** Organizations of the world whose id begins so are enterprises, whose projects are organizations. */
const ENTERPRISE = 'ent-';
/** What `model` is kept under: behind the SKU of a row. */
const MODEL = ' · ';

const route = (path: string, answer: (request: ApiRequest) => unknown): Route => ({
  path: new RegExp(`^/github/(organizations|enterprises)/([^/]+)/settings/billing/${path}$`),
  scope: 'usage',
  answer: (request) => {
    const [kind, name] = request.pathValues;
    const { id } = request.organization;
    if (name !== id || (kind === 'enterprises') !== id.startsWith(ENTERPRISE)) throw notFound();
    return { status: 200, body: answer(request) };
  },
});

export const billingRoutes: Route[] = [
  route('usage', (request) => ({ usageItems: daysAsked(request).flatMap((day) => datedItems(request, day)) })),
  route('usage/summary', (request) => ({ usageItems: summary(request, () => true) })),
  route('ai_credit/usage', (request) => ({ usageItems: summary(request, isAiCredit) })),
  route('cost-centers', ({ organization, query, now }) => {
    const deleted = query.get('state') === 'deleted';
    const ids = [...organization.days].flatMap(([day, rows]) =>
      startOfDay(day) > now ? [] : rows.flatMap(({ costCenter = null }) => (costCenter === null ? [] : [costCenter])),
    );
    const shown = [...new Set(ids)].filter((id) => id.endsWith('-deleted') === deleted);
    return { costCenters: shown.map((id) => ({ id, name: id, state: deleted ? 'deleted' : 'active', resources: [] })) };
  }),
];

function daysAsked({ query, now }: ApiRequest): Day[] {
  const number = (name: string) => query.get(name)?.padStart(2, '0') ?? null;
  const [year, month, day] = [number('year'), number('month'), number('day')];
  if (year === null || month === null) throw new ApiFailure(githubError(400, 'year and month are emulated only'));
  const first = parseDay(`${year}-${month}-${day ?? '01'}`);
  return daysOf({ since: first, until: day === null ? endOfMonthOf(first) : first }).filter(
    (each) => each <= toDay(now),
  );
}

/** The report of an enterprise leaves out what belongs to a cost centre, unless that is asked for. */
function rowsOf(request: ApiRequest, day: Day): WorldRow[] {
  const center = request.query.get('cost_center_id');
  const organization = request.query.get('organization');
  const midnight = startOfDay(day).getTime();
  return request
    .rowsOf(request.organization, day)
    .filter(({ hour }) => midnight + (hour ?? 0) * 3_600_000 <= request.now.getTime())
    .filter(({ costCenter = null }) => costCenter === center)
    .filter(({ projectId }) => organization === null || projectId === organization);
}

function isAiCredit({ lineItem }: WorldRow): boolean {
  return lineItem?.startsWith('copilot_ai_unit') === true;
}

function datedItems(request: ApiRequest, day: Day): unknown[] {
  const isEnterprise = request.organization.id.startsWith(ENTERPRISE);
  return rowsOf(request, day).map((row) => ({
    date: `${day}T00:00:00Z`,
    ...wordsOf(row),
    quantity: raw(row.quantity ?? '0'),
    pricePerUnit: 0.01,
    ...amountsOf([row]),
    organizationName: isEnterprise ? (row.projectId ?? '') : request.organization.id,
    ...(isEnterprise ? {} : { repositoryName: row.projectId ?? '' }),
  }));
}

/** Without a date, one row an SKU and model. */
function summary(request: ApiRequest, isAmong: (row: WorldRow) => boolean): unknown[] {
  const groups = new Map<string, WorldRow[]>();
  for (const row of daysAsked(request)
    .flatMap((day) => rowsOf(request, day))
    .filter(isAmong))
    groups.set(row.lineItem ?? '', [...(groups.get(row.lineItem ?? '') ?? []), row]);
  return [...groups].map(([lineItem, rows]) => ({
    ...wordsOf(rows[0] as WorldRow),
    ...(lineItem.includes(MODEL) ? { model: lineItem.split(MODEL)[1] } : {}),
    pricePerUnit: 0.01,
    ...amountsOf(rows),
  }));
}

function wordsOf({ lineItem, quantityUnit }: WorldRow) {
  const sku = lineItem?.split(MODEL)[0] ?? 'copilot';
  return { product: sku.startsWith('actions') ? 'Actions' : 'Copilot', sku, unitType: quantityUnit ?? 'ai-units' };
}

function amountsOf(rows: WorldRow[]) {
  const decimals = (pick: (row: WorldRow) => string) => sum(rows.map((row) => parseDecimal(amountText(pick(row)))));
  const [only] = rows;
  const net = decimals(({ amount }) => amount);
  const gross = decimals(({ amount, listAmount = amount }) => listAmount);
  return {
    grossAmount: raw(formatDecimal(gross)),
    discountAmount: raw(formatDecimal(subtract(gross, net))),
    netAmount: raw(rows.length === 1 && only !== undefined ? only.amount : formatDecimal(net)),
  };
}
