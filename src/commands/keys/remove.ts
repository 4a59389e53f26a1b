import type { Context } from '../../context.js';
import { toKeyView } from '../../domain/key-view.js';
import { CostsError } from '../../errors.js';
import { renderKeyChange } from '../../output/keys.js';
import { argument, defineCommand, option } from '../define.js';
import { findKey } from './find.js';

export interface RemoveKeyOptions {
  organization: string;
  yes?: boolean;
}

export const removeKey = defineCommand({
  name: 'keys remove',
  description: 'Forgets the key of an organization; its projects, rows and coverage stay.',
  arguments: [argument('<organization>', 'the organization, by name or id')],
  options: [option('--yes', 'do not ask')],
  examples: ['costs keys remove "Acme EU"'],
  run,
  render: renderKeyChange,
});

async function run({ organization, yes }: RemoveKeyOptions, context: Context) {
  const { output } = context;
  const row = await findKey(context, organization);
  if (
    yes !== true &&
    output.interactive &&
    !(await output.prompt.confirm(`Forget the key of ${row.name}? Its figures stay.`, { default: false }))
  ) {
    throw new CostsError('interrupted', 'Nothing was removed.');
  }
  await (await context.vault()).keys.remove(row);
  return {
    key: { ...toKeyView(row), active: false },
    done: 'removed; its figures stay. Revoke the key at the provider',
  };
}
