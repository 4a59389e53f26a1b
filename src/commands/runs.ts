import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addListRunsCommand } from './runs/list.js';
import { addShowRunCommand } from './runs/show.js';

/** `costs runs` */
export function addRunsCommand(parent: Command, open: OpenContext): Command {
  const group = parent.command('runs').description('What each run planned and did.');
  addListRunsCommand(group, open);
  addShowRunCommand(group, open);
  return group;
}
