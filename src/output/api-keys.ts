import type { ApiKeyOwner, KnownApiKey } from '../domain/api-key.js';
import type { MoneyDocument } from '../domain/money.js';
import { distinctNames } from './distinct-names.js';
import { formatMoney } from './format.js';
import type { Output } from './output.js';
import { renderTable, type Column } from './table.js';
import { formatDate } from '../domain/words.js';

const COLUMNS: Column[] = [
  { head: 'API key' },
  { head: 'Hint', lesser: 'difference' },
  { head: 'Owner' },
  { head: 'Project' },
  { head: 'Organization', lesser: 'context' },
  { head: 'Made', lesser: 'change' },
  { head: 'Last used', lesser: 'change' },
  { head: 'Ended' },
  { head: 'This month', align: 'right' },
];

export function renderApiKeys(
  { apiKeys }: { apiKeys: (KnownApiKey & { spend: MoneyDocument[] })[] },
  output: Output,
): string {
  if (apiKeys.length === 0)
    return 'No bill that was read names API keys. What usage tells of them → costs report --group-by api-key';
  const rows = apiKeys
    .map(distinctNames(apiKeys))
    .map(({ id, name, hint, owner, project, projectId, organization, createdAt, lastUsedAt, endedAt, spend }) => [
      name ?? id,
      hint ?? '',
      owner === null ? '' : ownerName(owner),
      project ?? projectId ?? '',
      organization,
      day(createdAt),
      day(lastUsedAt),
      day(endedAt),
      spend.map(({ cost, currency }) => `${formatMoney(cost)} ${currency}`).join(' + '),
    ]);
  return renderTable(COLUMNS, rows, output);
}

function ownerName({ kind, id, name, email }: ApiKeyOwner): string {
  const who = name ?? email ?? id;
  return kind === 'service_account' ? `${who} (service account)` : who;
}

function day(date: Date | null): string {
  return date === null ? '' : formatDate(date);
}
