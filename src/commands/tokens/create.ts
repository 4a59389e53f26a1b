import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Role } from '../../domain/access.js';
import { cleanText } from '../../domain/text.js';
import { CostsError } from '../../errors.js';
import { renderNewToken } from '../../output/tokens.js';
import { addExamples, addGlobalOptions, countOption, roleOption } from '../options.js';

export interface CreateTokenOptions {
  name?: string;
  role: Role;
  days: number;
}

/** Longer than any job lives with one. */
const MOST_DAYS = 3650;

/** `costs tokens create` */
export function addCreateTokenCommand(parent: Command, open: OpenContext, run = createTokenCommand): Command {
  const command = parent
    .command('create')
    .description('Makes a token and shows it once.')
    .requiredOption('--name <name>', 'what the token is for')
    .addOption(roleOption('what it may do; a viewer has no access to keys', ['member', 'viewer']).default('member'))
    .addOption(countOption('--days <days>', 'until it expires').default(365))
    .action((options: CreateTokenOptions) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs tokens create --name ci --role member --json']);
}

export async function createTokenCommand(
  { name = '', role, days }: CreateTokenOptions,
  context: Context,
): Promise<void> {
  const shown = cleanText(name).trim();
  if (shown === '') throw new CostsError('usage', 'The token needs a name.', { hint: '--name ci' });
  if (days < 1 || days > MOST_DAYS)
    throw new CostsError('usage', `A token lives 1 to ${MOST_DAYS} days.`, { hint: '--days 365' });
  const { output } = context;
  const { token, row } = await (await context.vault()).tokens.create(await context.team(), { name: shown, role, days });
  const document = {
    token: token.reveal(),
    id: row.id,
    name: row.name,
    role: row.role,
    expiresAt: row.expiresAt.toISOString(),
  };
  // Everything else that leaves the process has tokens masked; this is the one place where it is to be seen.
  output.reveal(output.json ? JSON.stringify(document) : renderNewToken(document));
}
