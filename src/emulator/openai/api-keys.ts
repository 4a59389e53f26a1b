import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import type { WorldApiKey } from '../world.js';
import { openaiNotFound } from './errors.js';
import { listBody } from './projects.js';

/** Unix seconds at which every emulated key was made and used; nothing depends on them. */
const [CREATED_AT, LAST_USED_AT] = [1_711_471_533, 1_790_000_000];

/** `GET /v1/organization/projects/{id}/api_keys`. */
export const apiKeysRoute: Route = {
  path: /^\/v1\/organization\/projects\/([^/]+)\/api_keys$/,
  scope: 'keys',
  answer: answerApiKeys,
};

function answerApiKeys({ organization, query, pathValues: [projectId = ''] }: ApiRequest): ApiAnswer {
  if (!organization.projects.some(({ id }) => id === projectId))
    return openaiNotFound(`No project with id '${projectId}' was found.`);
  const keys = (organization.apiKeys ?? []).filter((key) => key.projectId === projectId);
  return { status: 200, body: listBody(keys, query, toApiKey) };
}

function toApiKey({ id, name, owner: { type, ...owner } }: WorldApiKey): unknown {
  return {
    object: 'organization.project.api_key',
    redacted_value: `sk-...${id.slice(-4)}`,
    name,
    created_at: CREATED_AT,
    last_used_at: LAST_USED_AT,
    id,
    owner_project_access: 'active',
    owner: { type, [type]: { ...owner, role: 'member', created_at: CREATED_AT } },
  };
}
