import type { CostByApiKey, PrismaClient } from '../../src/generated/prisma/client.js';
import { addDays, daysOf, endOfDay, parseDay, startOfDay, type Day } from '../../src/domain/day.js';
import { formatDecimal, parseDecimal, subtract } from '../../src/domain/decimal.js';
import { fillProjects, legacy, markRead, TEAM, use } from './spend.js';

export const TODAY = parseDay('2026-11-23');
/** What anybody can call a provider's project. */
export const HOSTILE = `</script><script>window.hacked = 1</script><img src=x onerror="window.hacked=1">"'&`;
export const LONG = 'Customer-facing conversational assistant for the enterprise tier, '.repeat(3).trim();
export const SPIKE = { day: parseDay('2026-11-12'), project: 'Search', lineItem: 'gpt-5, output' };

interface Line {
  projectId: string;
  lineItem: string;
  model: string | null;
  currency?: string;
  /** Thousandths of a unit a day. */
  daily: number;
  /** Of every day. */
  tokens?: number;
}

const LINES: Line[] = [
  { projectId: 'search', lineItem: 'gpt-5, input', model: 'gpt-5', daily: 100_123, tokens: 80_000_000 },
  { projectId: 'search', lineItem: SPIKE.lineItem, model: 'gpt-5', daily: 60_777, tokens: 6_000_000 },
  { projectId: 'search', lineItem: 'credit', model: null, daily: -250 },
  { projectId: 'labs', lineItem: 'gpt-5-mini, output', model: 'gpt-5-mini', daily: 9_500 },
  { projectId: 'labs', lineItem: 'gpt-5-mini, output [EUR]', model: 'gpt-5-mini', currency: 'EUR', daily: 4_250 },
  {
    projectId: 'assistant',
    lineItem: 'Claude Sonnet 4.5 Usage - Output Tokens',
    model: 'claude-sonnet-4-5',
    daily: 80_001,
  },
  { projectId: 'hostile', lineItem: `${HOSTILE}, input`, model: HOSTILE, daily: 30_003 },
  { projectId: 'long', lineItem: LONG, model: null, daily: 2_000 },
];

/**
 * Three organizations from September to the 23rd of November: a spike on the 12th, a gap of one organization on the 17th
 * and 18th, the 20th read half-way, two rows of the 10th restated, a row of the old system, and a project with usage that
 * has no price.
 */
export async function fillPageWorld(prisma: PrismaClient): Promise<void> {
  await fillProjects(prisma);
  await prisma.project.createMany({
    data: [
      { ...projectOf('hostile', 'org-1'), name: HOSTILE },
      { ...projectOf('long', 'org-1'), name: LONG },
      { ...projectOf('tools', 'org-2'), name: 'Tools' },
    ],
  });
  const days = daysOf({ since: parseDay('2026-09-01'), until: TODAY });
  const missing = new Set<Day>([parseDay('2026-11-17'), parseDay('2026-11-18')]);
  const rows = LINES.flatMap((line, index) =>
    days.filter((day) => line.projectId !== 'assistant' || !missing.has(day)).map((day) => costRow(line, index, day)),
  );
  await prisma.costData.createMany({ data: rows });
  await prisma.costByApiKey.createMany({ data: rows.flatMap(keyRows) });
  const readAt = new Date(`${TODAY}T06:00:00Z`);
  for (const organization of [
    ['openai', 'org-1'],
    ['openai', 'org-2'],
  ] as [string, string][])
    await markRead(prisma, organization, days, readAt);
  const half = parseDay('2026-11-20');
  const eu: [string, string] = ['anthropic', 'org-3'];
  await markRead(
    prisma,
    eu,
    days.filter((day) => !missing.has(day) && day !== half),
    readAt,
  );
  await markRead(prisma, eu, [half], new Date(`${half}T09:00:00Z`));
  await restate(prisma, 'search', 'gpt-5, input', '100', '100.123');
  await restate(prisma, 'hostile', 'vanished', '0.5', null);
  await legacy(prisma, 'old', '2026-11-05', '4.000000000000000000000000000007');
  await use(prisma, ['openai', 'org-2', 'tools'], parseDay('2026-11-06'), {
    ...{ endpoint: 'completions', tokenType: 'output_tokens', unit: 'tokens', model: 'gpt-secret' },
    ...{ apiKeyId: 'key_1234abcd', quantity: '123456' },
  });
}

function projectOf(id: string, organization: string) {
  return {
    id,
    teamId: TEAM,
    aiProvider: 'openai',
    aiOrganizationId: organization,
    aiProjectId: `proj_${id}`,
    linkedAt: new Date('2026-01-01T00:00:00Z'),
  };
}

function costRow({ projectId, lineItem, model, currency = 'USD', daily, tokens }: Line, index: number, day: Day) {
  const swing = ((startOfDay(day).getTime() / 86_400_000) * 37 + index * 11) % 10;
  const factor = day === SPIKE.day && lineItem === SPIKE.lineItem ? 10 : 1;
  const growth = day >= '2026-11-01' && projectId === 'assistant' ? 2 : 1;
  const thousandths = Math.round(daily * factor * growth * (1 + swing / 100));
  return {
    id: `page-${index}-${day}`,
    projectId,
    apiVersion: 'costs_v1' as const,
    bucketStartTime: startOfDay(day),
    bucketEndTime: endOfDay(day),
    lineItem,
    model,
    currency,
    cost: `${(thousandths / 1000).toFixed(3)}000000000000000000000${index + 1}`,
    ...(tokens === undefined ? {} : { quantity: String(tokens * factor), quantityUnit: 'tokens' }),
  };
}

/** Search's bill is told by API key, line item by line item; Assistant's by another report, which names no line items. */
function keyRows(row: ReturnType<typeof costRow>) {
  const part = (apiKeyId: string, cost: string, rest: Partial<CostByApiKey> = {}) => ({
    ...{ id: `${row.id}-${apiKeyId}`, projectId: row.projectId, source: 'bill', apiKeyId, lineItem: row.lineItem },
    ...{ bucketStartTime: row.bucketStartTime, bucketEndTime: row.bucketEndTime, currency: row.currency },
    ...{ model: row.model ?? '', tokenType: '', serviceTier: '', product: '', cost },
    ...rest,
  });
  const less = formatDecimal(subtract(parseDecimal(row.cost), parseDecimal('1')));
  if (row.projectId === 'assistant')
    return [
      part('key_eu', '1', { source: 'analytics', lineItem: '' }),
      part('', less, { source: 'analytics rest', lineItem: '', model: '' }),
    ];
  if (row.projectId !== 'search') return [];
  return row.model === null ? [part('', row.cost)] : [part('key_live', less), part('key_test', '1')];
}

async function restate(
  prisma: PrismaClient,
  projectId: string,
  lineItem: string,
  oldCost: string,
  newCost: string | null,
): Promise<void> {
  const day = parseDay('2026-11-10');
  await prisma.restatement.create({
    data: {
      projectId,
      apiVersion: 'costs_v1',
      bucketStartTime: startOfDay(day),
      bucketEndTime: endOfDay(day),
      lineItem,
      currency: 'USD',
      oldCost,
      newCost,
      cause: 'provider',
      recordedAt: startOfDay(addDays(day, 3)),
      runId: 'run-1',
    },
  });
}
