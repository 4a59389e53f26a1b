import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { RunStart, RunStatus } from '../domain/collection.js';
import { startOfDay, toDay } from '../domain/day.js';
import type { RunRecord, RunStore } from '../domain/run.js';

export function createRunStore(prisma: PrismaClient): RunStore {
  return {
    async list(teamId, count) {
      const runs = await prisma.run.findMany({
        where: { teamId },
        orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
        take: count,
      });
      return runs.map(toRecord);
    },
    async find(teamId, prefix) {
      const runs = await prisma.run.findMany({ where: { teamId, id: { startsWith: prefix } }, take: 2 });
      return runs.map(toRecord);
    },
  };
}

export async function startRun(
  prisma: PrismaClient,
  { id, teamId, command, span, version, plan }: RunStart,
): Promise<void> {
  await prisma.run.create({
    data: {
      id,
      teamId,
      command,
      since: startOfDay(span.since),
      until: startOfDay(span.until),
      status: 'running',
      version,
      plan: plan as Prisma.InputJsonValue,
    },
  });
}

export async function finishRun(prisma: PrismaClient, id: string, status: RunStatus, result: unknown): Promise<void> {
  await prisma.$executeRaw`
    UPDATE runs SET status = ${status}, result = ${JSON.stringify(result)}::jsonb, finished_at = clock_timestamp() WHERE id = ${id}`;
}

function toRecord(run: Prisma.RunGetPayload<object>): RunRecord {
  const { id, command, since, until, status, version, startedAt, finishedAt, plan, result } = run;
  return {
    id,
    command,
    since: toDay(since),
    until: toDay(until),
    status: status as RunStatus,
    version,
    startedAt,
    finishedAt,
    plan,
    result,
  };
}
