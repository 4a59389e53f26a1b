import { randomUUID } from 'node:crypto';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { Budget, BudgetStore } from '../domain/budget.js';
import { formatDecimal, parseDecimal } from '../domain/decimal.js';
import { CostsError } from '../errors.js';
import { transaction, type Transaction } from './transaction.js';

type Row = Prisma.BudgetGetPayload<object>;

export function createBudgetStore(prisma: PrismaClient): BudgetStore {
  return {
    async list(teamId) {
      const rows = await prisma.budget.findMany({
        where: { teamId },
        orderBy: [{ provider: 'asc' }, { projectId: 'asc' }, { month: 'asc' }, { currency: 'asc' }],
      });
      return rows.map(toBudget);
    },
    set: ({ amount, ...scope }) =>
      transaction(prisma, async (tx) => {
        await requireOwnProject(tx, scope);
        await tx.budget.deleteMany({ where: scope });
        return toBudget(
          await tx.budget.create({ data: { ...scope, id: randomUUID(), amount: formatDecimal(amount) } }),
        );
      }),
    async remove(teamId, id) {
      const { count } = await prisma.budget.deleteMany({ where: { teamId, id } });
      return count > 0;
    },
  };
}

/** Kept as it is until the budget is there: a project that is merged into another takes its budgets along. */
async function requireOwnProject(
  tx: Transaction,
  { teamId, projectId }: Pick<Budget, 'teamId' | 'projectId'>,
): Promise<void> {
  if (projectId === null) return;
  const own = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM projects WHERE id = ${projectId} AND team_id = ${teamId} FOR KEY SHARE`;
  if (own.length > 0) return;
  throw new CostsError('conflict', `There is no project ${projectId} in this team any more; no budget was set.`, {
    hint: 'costs projects list',
  });
}

function toBudget({ id, teamId, provider, projectId, month, currency, amount }: Row): Budget {
  return {
    id,
    teamId,
    provider: provider,
    projectId,
    month,
    currency,
    amount: parseDecimal(amount.toFixed()),
  };
}
