import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import type { WorldKey } from '../world.js';
import { listBody } from './projects.js';

/** Unix seconds at which every emulated key was made; nothing depends on it. */
const CREATED_AT = 1_711_471_533;

/** `GET /v1/organization/admin_api_keys`. */
export const adminKeysRoute: Route = {
  path: /^\/v1\/organization\/admin_api_keys$/,
  scope: 'keys',
  answer: answerAdminKeys,
};

function answerAdminKeys({ organization, query }: ApiRequest): ApiAnswer {
  const keys = organization.keys.filter(({ revoked }) => !revoked);
  return { status: 200, body: listBody(query.get('order') === 'desc' ? keys.toReversed() : keys, query, toAdminKey) };
}

function toAdminKey({ id, name, secret, expiresAt }: WorldKey): unknown {
  return {
    object: 'organization.admin_api_key',
    id,
    name,
    redacted_value: `sk-admin...${secret.slice(-4)}`,
    created_at: CREATED_AT,
    expires_at: expiresAt === null ? null : Math.floor(expiresAt.getTime() / 1000),
    last_used_at: null,
    owner: {
      type: 'service_account',
      object: 'organization.service_account',
      id: `sa_${id}`,
      name: 'Billing reader',
      created_at: CREATED_AT,
      role: 'member',
    },
  };
}
