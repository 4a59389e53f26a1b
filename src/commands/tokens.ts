import type { CommandGroup } from './define.js';
import { createToken } from './tokens/create.js';
import { listTokens } from './tokens/list.js';
import { revokeToken } from './tokens/revoke.js';

export const command: CommandGroup = {
  name: 'tokens',
  description: 'Tokens that let jobs in, as COSTS_TOKEN.',
  commands: [createToken, listTokens, revokeToken],
};
