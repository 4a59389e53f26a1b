import type { Context } from '../../context.js';
import type { TokenListing } from '../../vault/vault.js';
import { renderTokens, type TokenView } from '../../output/tokens.js';
import { defineCommand, asItIs } from '../define.js';

export const listTokens = defineCommand({
  name: 'tokens list',
  description: 'Lists tokens, what they may do, when they end and when they were last used.',
  examples: ['costs tokens list'],
  async run(_options: object, context: Context) {
    const [vault, team] = await Promise.all([context.vault(), context.team()]);
    const now = await context.clock();
    return { tokens: (await vault.tokens.list(team)).map((row) => toView(row, now)) };
  },
  document: asItIs<{ tokens: TokenView[] }>,
  render: renderTokens,
});

function toView(
  { id, name, role, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt, problem }: TokenListing,
  now: Date,
): TokenView {
  return {
    id,
    name,
    role,
    state: revokedAt !== null ? 'revoked' : expiresAt <= now ? 'expired' : (problem ?? 'active'),
    createdBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
