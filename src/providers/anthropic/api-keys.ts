import { z } from 'zod';
import type { ListedApiKey } from '../../domain/api-key.js';
import { UNASSIGNED } from '../../domain/provider.js';
import { listPageOf, type ListPage } from '../lists.js';
import { instant, optionalText, text } from '../shapes.js';

/** `GET /v1/organizations/api_keys` */
const apiKey = z.object({
  id: text,
  name: optionalText,
  partial_key_hint: optionalText,
  created_at: instant.nullish(),
  expires_at: instant.nullish(),
  created_by: z.object({ id: text, type: optionalText }).nullish(),
  principal: z.object({ user_id: optionalText, service_account_id: optionalText }).nullish(),
  status: optionalText,
  scope: z.object({ workspace_id: optionalText }).nullish(),
  workspace_id: optionalText,
});
const readApiKeys = listPageOf('Anthropic', apiKey);

/** A key of these can be used, or could be again. */
const LIVING = new Set(['active', 'inactive']);

type Listed = z.infer<typeof apiKey>;

/**
 * A page of an organization's keys in our words.
 * @param now stands for the end of those of which it is not told
 * @param isProject whether a workspace is one of the organization's projects; any other is the default one
 * @throws CostsError `contract`
 */
export function parseApiKeysPage(
  document: unknown,
  now: Date,
  isProject: (workspace: string) => boolean,
): ListPage<ListedApiKey> {
  const { items: listed, ...page } = readApiKeys(document);
  const items = listed.map((key) => {
    const { id, name, partial_key_hint: hint, created_at, expires_at, status } = key;
    return {
      ...{ id, name, hint, projectId: projectOf(key, isProject), owner: ownerOf(key) },
      createdAt: created_at ?? null,
      lastUsedAt: null,
      endedAt: status === null || LIVING.has(status) ? null : expires_at != null && expires_at < now ? expires_at : now,
    };
  });
  return { ...page, items };
}

/** Until autumn 2026 by `workspace_id`, which was null for the default workspace. A key may be of the whole organization. */
function projectOf({ scope, workspace_id: before }: Listed, isProject: (workspace: string) => boolean): string | null {
  if (scope == null) return before ?? UNASSIGNED;
  const { workspace_id: workspace } = scope;
  return workspace === null || isProject(workspace) ? workspace : UNASSIGNED;
}

/** Whom it acts as; of a key that acts as nobody, who made it. */
function ownerOf({ principal, created_by: maker }: Listed): ListedApiKey['owner'] {
  const account = principal?.service_account_id ?? (maker?.type === 'service_account' ? maker.id : null);
  const id = principal?.user_id ?? account ?? maker?.id ?? null;
  return id === null ? null : { kind: id === account ? 'service_account' : 'user', id, name: null, email: null };
}
