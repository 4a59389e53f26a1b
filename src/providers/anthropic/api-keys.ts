import { z } from 'zod';
import type { ListedApiKey, Person } from '../../domain/api-key.js';
import { UNASSIGNED } from '../../domain/provider.js';
import type { ListPage } from '../lists.js';
import { instant, optionalText, parseShape, text } from '../shapes.js';

/** `GET /v1/organizations/api_keys` */
const apiKeysPage = z.object({
  data: z.array(
    z.object({
      id: text,
      name: optionalText,
      partial_key_hint: optionalText,
      created_at: instant.nullish(),
      expires_at: instant.nullish(),
      created_by: z.object({ id: text }).nullish(),
      status: optionalText,
      workspace_id: optionalText,
    }),
  ),
  has_more: z.boolean(),
  last_id: z.string().nullish(),
});

/** A key of these can be used, or could be again. */
const LIVING = new Set(['active', 'inactive']);

/** A page of an organization's keys in our words. @param now stands for the end of those of which it is not told @throws CostsError `contract` */
export function parseApiKeysPage(document: unknown, now: Date): ListPage<ListedApiKey> {
  const { data, has_more, last_id } = parseShape('Anthropic', apiKeysPage, document);
  const items = data.map(
    ({ id, name, partial_key_hint: hint, created_at, expires_at, created_by, status, workspace_id }) => ({
      ...{ id, name, hint, projectId: workspace_id ?? UNASSIGNED },
      owner: created_by == null ? null : { kind: 'user' as const, id: created_by.id, name: null, email: null },
      createdAt: created_at ?? null,
      lastUsedAt: null,
      endedAt: status === null || LIVING.has(status) ? null : expires_at != null && expires_at < now ? expires_at : now,
    }),
  );
  return { items, hasMore: has_more, after: last_id ?? items.at(-1)?.id ?? null };
}

/** `GET /v1/organizations/users`, which tells the people that keys name by their ids. */
const peoplePage = z.object({
  data: z.array(z.object({ id: text, name: optionalText, email: optionalText })),
  has_more: z.boolean(),
  last_id: z.string().nullish(),
});

/** A page of an organization's people. @throws CostsError `contract` */
export function parsePeoplePage(document: unknown): ListPage<Person> {
  const { data, has_more, last_id } = parseShape('Anthropic', peoplePage, document);
  return { items: data, hasMore: has_more, after: last_id ?? data.at(-1)?.id ?? null };
}
