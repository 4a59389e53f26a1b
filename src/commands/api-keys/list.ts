import type { Context } from '../../context.js';
import type { KnownApiKey } from '../../domain/api-key.js';
import { startOfMonthOf, toDay } from '../../domain/day.js';
import type { MoneyDocument } from '../../domain/money.js';
import { renderApiKeys } from '../../output/api-keys.js';
import { asItIs, defineCommand } from '../define.js';

/** A key and what it spent this month, by the bills. */
export interface ApiKeyDocument extends KnownApiKey {
  spend: MoneyDocument[];
}

export const listApiKeys = defineCommand({
  name: 'api-keys list',
  description:
    'Lists the API keys that spent something: whose they are, what they spent this month, and those that ended.',
  examples: ['costs api-keys list', 'costs api-keys list --json'],
  isDefault: true,
  readsOnly: true,
  run,
  document: asItIs<{ apiKeys: ApiKeyDocument[] }>,
  render: renderApiKeys,
});

async function run(_options: object, context: Context) {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const today = toDay(await context.clock());
  const query = {
    since: startOfMonthOf(today),
    until: today,
    teamId: team.id,
    basis: 'billed',
    groupBy: ['organization', 'api-key'],
  } as const;
  const spend = new Map<string, MoneyDocument[]>();
  for (const { organizationId, apiKeyId, currency, cost } of (await store.reports.run(query, today)).rows) {
    const key = `${organizationId ?? ''} ${apiKeyId ?? ''}`;
    if (cost !== null) spend.set(key, [...(spend.get(key) ?? []), { currency, cost }]);
  }
  const keys = await store.apiKeys.list(team.id);
  return { apiKeys: keys.map((key) => ({ ...key, spend: spend.get(`${key.organizationId} ${key.id}`) ?? [] })) };
}
