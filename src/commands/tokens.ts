import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addCreateTokenCommand } from './tokens/create.js';
import { addListTokensCommand } from './tokens/list.js';
import { addRevokeTokenCommand } from './tokens/revoke.js';

/** `costs tokens` */
export function addTokensCommand(parent: Command, open: OpenContext): Command {
  const group = parent.command('tokens').description('Tokens that let jobs in, as COSTS_TOKEN.');
  addCreateTokenCommand(group, open);
  addListTokensCommand(group, open);
  addRevokeTokenCommand(group, open);
  return group;
}
