import type { Context } from '../../context.js';
import { expiryWarning, type KeyView } from '../../domain/key-view.js';
import { registeredKeys } from '../../library/organizations.js';
import { renderKeys } from '../../output/keys.js';
import { defineCommand, asItIs } from '../define.js';
import { viewKey } from './view.js';

export const listKeys = defineCommand({
  name: 'keys list',
  description: 'Lists the registered organizations and what is known of their keys.',
  examples: ['costs keys list', 'costs keys list --json'],
  async run(_options: object, context: Context) {
    const rows = await registeredKeys(context, (await context.team()).id);
    const now = await context.clock();
    for (const row of rows) {
      const warning = expiryWarning(row, now);
      if (warning !== null) context.output.note(warning);
    }
    return { keys: rows.map(viewKey) };
  },
  document: asItIs<{ keys: KeyView[] }>,
  render: renderKeys,
});
