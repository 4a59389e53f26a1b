import type { PrismaClient } from '../../src/generated/prisma/client.js';
import { endOfDay, parseDay, startOfDay, type Day } from '../../src/domain/day.js';

export const TEAM = 'team-1';

/** A team with a project of each kind: linked, not linked, and one of the old system. */
export async function fillProjects(prisma: PrismaClient): Promise<void> {
  await prisma.team.create({ data: { id: TEAM, name: 'acme' } });
  await prisma.team.create({ data: { id: 'team-2', name: 'other' } });
  const project = (id: string, provider: string, organization: string, linked = true) => ({
    id,
    teamId: TEAM,
    name: id.charAt(0).toUpperCase() + id.slice(1),
    aiProvider: provider,
    aiOrganizationId: organization,
    aiProjectId: `proj_${id}`,
    linkedAt: linked ? new Date('2026-01-01T00:00:00Z') : null,
  });
  await prisma.project.createMany({
    data: [
      project('search', 'openai', 'org-1'),
      project('labs', 'openai', 'org-2', false),
      project('assistant', 'anthropic', 'org-3'),
      { id: 'old', teamId: TEAM, name: 'Old' },
      { id: 'foreign', teamId: 'team-2', name: 'Foreign' },
    ],
  });
  for (const [provider, organizationId, name] of [
    ['openai', 'org-1', 'Prod'],
    ['openai', 'org-2', 'Labs'],
    ['anthropic', 'org-3', 'EU'],
  ] as const) {
    await prisma.organizationApiKey.create({ data: keyOf(provider, organizationId, name) });
  }
}

/** The row of a key that is kept elsewhere. */
export function keyOf(provider: string, organizationId: string, name: string) {
  return {
    ...{ id: `key-${provider}-${organizationId}`, teamId: TEAM, provider, organizationId, name },
    ...{ source: 'env', variable: 'KEY', host: 'loopback', lastFour: 'abcd' },
  };
}

interface Bill {
  currency?: string;
  lineItem?: string;
  model?: string;
  quantity?: string;
  quantityUnit?: string;
  listCost?: string;
  tokenType?: string;
  serviceTier?: string;
  contextWindow?: string;
  version?: 'costs_v1' | 'usage_v1';
}

let count = 0;

/** A row of a bill for a day. */
export async function bill(
  prisma: PrismaClient,
  projectId: string,
  day: string,
  cost: string,
  { currency = 'USD', lineItem = 'gpt-5, input', version = 'costs_v1', ...columns }: Bill = {},
): Promise<void> {
  count += 1;
  const start = parseDay(day);
  await prisma.costData.create({
    data: {
      id: `row-${count}`,
      projectId,
      apiVersion: version,
      bucketStartTime: startOfDay(start),
      bucketEndTime: endOfDay(start),
      lineItem,
      currency,
      cost,
      ...columns,
    },
  });
}

interface Used {
  endpoint?: string;
  tokenType: string;
  unit: string;
  model: string;
  quantity: string;
  serviceTier?: string;
  apiKeyId?: string;
}

/** Usage of an organization's project on a day, read after the day had ended. */
export async function use(
  prisma: PrismaClient,
  [provider, organizationId, projectId]: [string, string, string],
  day: Day,
  { endpoint = 'messages', ...columns }: Used,
): Promise<void> {
  count += 1;
  await prisma.usageData.create({
    data: {
      ...{ id: `usage-${count}`, projectId, bucketWidth: '1d', endpoint },
      ...{ bucketStartTime: startOfDay(day), bucketEndTime: endOfDay(day) },
      ...{ serviceTier: '', batch: '', apiKeyId: '', contextWindow: '', inferenceGeo: '', detail: '' },
      ...columns,
    },
  });
  await prisma.$executeRaw`
    INSERT INTO collected_usage (ai_provider, ai_organization_id, endpoint, bucket_width, day, read_at, rows, run_id)
    VALUES (${provider}, ${organizationId}, ${endpoint}, '1d', ${day}::date, ${endOfDay(day)}, 1, 'run-1') ON CONFLICT DO NOTHING`;
}

/** A row as the old system wrote it. */
export async function legacy(
  prisma: PrismaClient,
  projectId: string,
  day: string,
  cost: string,
  currency?: string,
): Promise<void> {
  count += 1;
  await prisma.costData.create({
    data: {
      id: `row-${count}`,
      projectId,
      date: new Date(`${day}T09:30:00Z`),
      service: 'gpt-4',
      cost,
      ...(currency === undefined ? {} : { currency }),
    },
  });
}

/** Marks days as read at an instant; by default long after they ended. */
export async function markRead(
  prisma: PrismaClient,
  [provider, organizationId]: [string, string],
  days: readonly string[],
  readAt = new Date('2026-11-23T00:00:00Z'),
): Promise<void> {
  await prisma.collectedDay.createMany({
    data: days.map((day) => ({
      aiProvider: provider,
      aiOrganizationId: organizationId,
      apiVersion: 'costs_v1' as const,
      day: startOfDay(parseDay(day)),
      readAt,
      firstReadAt: readAt,
      rows: 1,
      runId: 'run-1',
    })),
  });
}
