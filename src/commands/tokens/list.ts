import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import type { TokenRow } from '../../domain/access.js';
import { renderTokens, type TokenView } from '../../output/tokens.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs tokens list` */
export function addListTokensCommand(parent: Command, open: OpenContext, run = listTokensCommand): Command {
  const command = parent
    .command('list')
    .description('Lists tokens, what they may do, when they end and when they were last used.')
    .action(() => run(open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs tokens list']);
}

export async function listTokensCommand(context: Context): Promise<void> {
  const [vault, team] = await Promise.all([context.vault(), context.team()]);
  const now = context.now();
  context.output.write<Documents['tokens list']>(
    { tokens: (await vault.tokens.list(team)).map((row) => toView(row, now)) },
    renderTokens,
  );
}

function toView(
  { id, name, role, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt }: TokenRow,
  now: Date,
): TokenView {
  return {
    id,
    name,
    role,
    state: revokedAt !== null ? 'revoked' : expiresAt <= now ? 'expired' : 'active',
    createdBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
