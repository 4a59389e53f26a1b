import { z } from 'zod';
import type { ApiKeyOwner, ListedApiKey } from '../../domain/api-key.js';
import { listPageOf, type ListPage } from '../lists.js';
import { epoch, optionalText, text } from '../shapes.js';

const person = z.object({ id: text, name: optionalText, email: optionalText });
const serviceAccount = z.object({ id: text, name: optionalText });

/** `GET /v1/organization/projects/{id}/api_keys` */
const apiKey = z.object({
  id: text,
  name: optionalText,
  redacted_value: optionalText,
  created_at: epoch.nullish(),
  last_used_at: epoch.nullish(),
  owner: z.object({ user: person.nullish(), service_account: serviceAccount.nullish() }).nullish(),
});
const readApiKeys = listPageOf('OpenAI', apiKey);

/** A page of a project's keys in our words. @throws CostsError `contract` */
export function parseApiKeysPage(document: unknown, projectId: string): ListPage<ListedApiKey> {
  const { items, ...page } = readApiKeys(document);
  return {
    ...page,
    items: items.map(({ id, name, redacted_value, created_at, last_used_at, owner }) => ({
      ...{ id, name, hint: redacted_value, owner: toOwner(owner), projectId },
      ...{ createdAt: created_at ?? null, lastUsedAt: last_used_at ?? null, endedAt: null },
    })),
  };
}

function toOwner(owner: z.infer<typeof apiKey>['owner']): ApiKeyOwner | null {
  const { user, service_account: account } = owner ?? {};
  if (user != null) return { kind: 'user', ...user };
  return account == null ? null : { kind: 'service_account', ...account, email: null };
}
