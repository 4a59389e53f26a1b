import type { Context } from '../../context.js';
import { toKeyView } from '../../domain/key-view.js';
import { renderKeyChange } from '../../output/keys.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, defineCommand } from '../define.js';
import { findKey } from './find.js';

export interface RemoveKeyOptions {
  organization: string;
  yes?: boolean;
}

export const removeKey = defineCommand({
  name: 'keys remove',
  description: 'Forgets the key of an organization; its projects, rows and coverage stay.',
  arguments: [argument('<organization>', 'the organization, by name or id')],
  options: [confirmOption()],
  examples: ['costs keys remove "Acme EU"'],
  run,
  render: renderKeyChange,
});

async function run({ organization, yes }: RemoveKeyOptions, context: Context) {
  const row = await findKey(context, organization);
  await confirm(context.output, { yes, question: `Forget the key of ${row.name}? Its figures stay.` });
  await (await context.vault()).keys.remove(row);
  return {
    key: { ...toKeyView(row), active: false },
    done: 'removed; its figures stay. Revoke the key at the provider',
  };
}
