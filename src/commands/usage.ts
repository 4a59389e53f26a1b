import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addUsageCompareCommand } from './usage/compare.js';

/** `costs usage` */
export function addUsageCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('usage')
    .description('Usage beside the bills: what was used, and what it should have cost.');
  addUsageCompareCommand(command, open);
  return command;
}
