import { randomUUID } from 'node:crypto';
import type { Prisma } from '../generated/prisma/client.js';
import type { Budget, BudgetStore } from '../domain/budget.js';
import { formatDecimal, parseDecimal } from '../domain/decimal.js';
import { CostsError } from '../errors.js';
import { holdOrganization } from './organization-key.js';
import type { Database } from './database.js';
import { transaction, type Transaction } from './transaction.js';

type Row = Prisma.BudgetGetPayload<object>;

const ORDER: readonly (keyof Row)[] = [
  'provider',
  'organizationId',
  'apiKeyId',
  'projectId',
  'tagKey',
  'tagValue',
  'month',
  'from',
  'currency',
];

export function createBudgetStore(database: Pick<Database, 'entities'>): BudgetStore {
  return {
    async list(teamId) {
      const rows = await (
        await database.entities()
      ).budget.findMany({
        where: { teamId },
        orderBy: ORDER.map((column) => ({ [column]: 'asc' })),
      });
      return rows.map(toBudget);
    },
    set: ({ amount, tag, ...columns }) =>
      transaction(database, async (tx) => {
        // Of two at once for one scope, the second replaces what the first one set.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`costs: budgets of ${columns.teamId}`}, 0))`;
        const scope = { ...columns, tagKey: tag?.key ?? null, tagValue: tag?.value ?? null };
        await requireOwnProject(tx, columns);
        await requireOwnOrganization(tx, columns);
        await tx.budget.deleteMany({ where: scope });
        return toBudget(
          await tx.budget.create({ data: { ...scope, id: randomUUID(), amount: formatDecimal(amount) } }),
        );
      }),
    async remove(teamId, id) {
      const { count } = await (await database.entities()).budget.deleteMany({ where: { teamId, id } });
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

/** An organization that changes its id takes its budgets along, too. */
async function requireOwnOrganization(
  tx: Transaction,
  { teamId, provider, organizationId }: Pick<Budget, 'teamId' | 'provider' | 'organizationId'>,
): Promise<void> {
  if (provider !== null && organizationId !== null) await holdOrganization(tx, { teamId, provider, organizationId });
}

function toBudget({ tagKey, tagValue, amount, createdAt: _, ...row }: Row): Budget {
  const tag = tagKey === null || tagValue === null ? null : { key: tagKey, value: tagValue };
  return { ...row, tag, amount: parseDecimal(amount.toFixed()) };
}
