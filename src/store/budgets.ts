import { randomUUID } from 'node:crypto';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { Budget, BudgetStore } from '../domain/budget.js';
import { formatDecimal, parseDecimal } from '../domain/decimal.js';
import { transaction } from './transaction.js';

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
