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
  const { items } = parseApiKeysPage({ data: [key], has_more: false }, NOW);
  expect(items.map(({ endedAt }) => endedAt?.toISOString() ?? null)).toEqual([ended]);
});
