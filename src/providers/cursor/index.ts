import { parseDay } from '../../domain/day.js';
import { defineProvider } from '../define.js';

/** https://cursor.com/docs/account/teams/admin-api */
export const cursor = defineProvider({
  id: 'cursor',
  name: 'Cursor',
  baseUrl: 'https://api.cursor.com',
  baseUrlVariable: 'CURSOR_BASE_URL',
  keyVariable: 'CURSOR_ADMIN_KEY',
  adminKeyPrefix: 'crsr_',
  moreKeyPrefixes: ['key_'],
  organizationWord: 'the id of the team or organization',
  keyPage: 'https://cursor.com/dashboard?tab=settings',
  leastScope: 'an admin API key of the team or organization',
  projectWord: 'team',
  focus: { serviceName: 'Cursor', subAccountType: 'Team' },
  notReported: ['seats and subscriptions', 'taxes'],
  comparedWith: 'rows',
  listPrices: { readOn: parseDay('2026-11-25'), make: () => [] },
  connect: async (wire) => (await import('./api.js')).connectCursor(wire),
});
