import type { Context } from '../../context.js';
import type { Role } from '../../domain/access.js';
import { cleanName } from '../../domain/text.js';
import { CostsError } from '../../errors.js';
import { renderNewToken, type NewToken } from '../../output/tokens.js';
import { defineCommand, option, asItIs } from '../define.js';
import { countOption, roleOption } from '../options.js';

export interface CreateTokenOptions {
  name?: string;
  role: Role;
  days: number;
}

/** Longer than any job lives with one. */
const MOST_DAYS = 3650;

export const createToken = defineCommand({
  name: 'tokens create',
  description: 'Makes a token and shows it once.',
  options: [
    option('--name <name>', 'what the token is for').makeOptionMandatory(),
    roleOption('what it may do', ['member']).default('member'),
    countOption('--days <days>', 'until it expires').default(365),
  ],
  examples: ['costs tokens create --name ci --role member --json'],
  async run({ name = '', role, days }: CreateTokenOptions, context: Context) {
    const shown = cleanName(name);
    if (shown === '')
      throw new CostsError('usage', 'The token needs a name.', { hint: 'Add --name, such as --name ci.' });
    if (days < 1 || days > MOST_DAYS)
      throw new CostsError('usage', `A token lives 1 to ${MOST_DAYS} days.`, { hint: 'Such as --days 365.' });
    const { token, row } = await (
      await context.vault()
    ).tokens.create(await context.team(), { name: shown, role, days });
    return {
      token: token.reveal(),
      id: row.id,
      name: row.name,
      role: row.role,
      expiresAt: row.expiresAt.toISOString(),
    };
  },
  showsSecret: true,
  document: asItIs<NewToken>,
  render: renderNewToken,
});
