import { expect, it } from 'vitest';
import { parseApiKeysPage } from '../../../src/providers/anthropic/api-keys.js';

const NOW = new Date('2026-11-23T12:00:00Z');

it.each([
  ['archived', '2027-05-01T00:00:00Z', '2026-11-23T12:00:00.000Z'],
  ['archived', null, '2026-11-23T12:00:00.000Z'],
  ['expired', '2026-11-01T00:00:00Z', '2026-11-01T00:00:00.000Z'],
  ['inactive', '2026-11-01T00:00:00Z', null],
])('a key that is %s and was to end on %s has ended %s: never in the future', (status, expires, ended) => {
  const key = {
    id: 'apikey_1',
    type: 'api_key',
    name: 'CI',
    partial_key_hint: 'sk-ant-…',
    status,
    expires_at: expires,
  };
  const { items } = parseApiKeysPage({ data: [key], has_more: false }, NOW, () => true);
  expect(items.map(({ endedAt }) => endedAt?.toISOString() ?? null)).toEqual([ended]);
});

const inWorkspace = (workspace_id: string) => ({ scope: { type: 'workspace', workspace_id } });
const maker = { id: 'user_1', type: 'user' };

it.each([
  ['as of autumn 2026', { ...inWorkspace('wrkspc_1'), created_by: maker }, 'wrkspc_1', 'user user_1'],
  ['of the default workspace', { ...inWorkspace('wrkspc_default'), created_by: maker }, 'unassigned', 'user user_1'],
  ['of the whole organization', { scope: { type: 'organization' }, created_by: null }, null, undefined],
  ['as before', { workspace_id: 'wrkspc_1', created_by: maker }, 'wrkspc_1', 'user user_1'],
  ['of the default workspace, as before', { workspace_id: null }, 'unassigned', undefined],
  [
    'that a person made for a service account',
    {
      ...inWorkspace('wrkspc_1'),
      created_by: maker,
      principal: { type: 'service_account_actor', service_account_id: 'svac_1' },
    },
    'wrkspc_1',
    'service_account svac_1',
  ],
  [
    'that a service account made',
    { ...inWorkspace('wrkspc_1'), principal: null, created_by: { id: 'svac_1', type: 'service_account' } },
    'wrkspc_1',
    'service_account svac_1',
  ],
])('a key %s has its workspace and its owner', (_, told, projectId, owner) => {
  const key = { id: 'apikey_1', name: 'CI', status: 'active', ...told };
  const { items } = parseApiKeysPage({ data: [key], has_more: false }, NOW, (workspace) => workspace === 'wrkspc_1');
  expect(items.map((each) => [each.projectId, each.owner && `${each.owner.kind} ${each.owner.id}`])).toEqual([
    [projectId, owner ?? null],
  ]);
});
