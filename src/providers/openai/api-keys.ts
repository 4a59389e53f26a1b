import { z } from 'zod';
import type { ApiKeyOwner, ListedApiKey } from '../../domain/api-key.js';
import type { ListPage } from '../lists.js';
import { epoch, optionalText, parseShape, text } from '../shapes.js';

const person = z.object({ id: text, name: optionalText, email: optionalText });
const serviceAccount = z.object({ id: text, name: optionalText });

/** `GET /v1/organization/projects/{id}/api_keys` */
const apiKeysPage = z.object({
  data: z.array(
    z.object({
      id: text,
      name: optionalText,
      redacted_value: optionalText,
      created_at: epoch.nullish(),
      last_used_at: epoch.nullish(),
      owner: z.object({ user: person.nullish(), service_account: serviceAccount.nullish() }).nullish(),
    }),
  ),
  has_more: z.boolean(),
  last_id: z.string().nullish(),
});

type Owner = z.infer<typeof apiKeysPage>['data'][number]['owner'];

/** A page of a project's keys in our words. @throws CostsError `contract` */
export function parseApiKeysPage(document: unknown, projectId: string): ListPage<ListedApiKey> {
  const { data, has_more, last_id } = parseShape('OpenAI', apiKeysPage, document);
  const items = data.map(({ id, name, redacted_value, created_at, last_used_at, owner }) => ({
    ...{ id, name, hint: redacted_value, owner: toOwner(owner), projectId },
    ...{ createdAt: created_at ?? null, lastUsedAt: last_used_at ?? null, endedAt: null },
  }));
  return { items, hasMore: has_more, after: last_id ?? items.at(-1)?.id ?? null };
}

function toOwner(owner: Owner): ApiKeyOwner | null {
  const { user, service_account: account } = owner ?? {};
  if (user != null) return { kind: 'user', ...user };
  return account == null ? null : { kind: 'service_account', ...account, email: null };
}
