import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addDiscoverCommand } from './projects/discover.js';
import { addLinkCommand } from './projects/link.js';
import { addListProjectsCommand } from './projects/list.js';
import { addRenameCommand } from './projects/rename.js';
import { addExportProjectsCommand, addImportProjectsCommand } from './projects/sheet.js';
import { addTagCommand, addUntagCommand } from './projects/tag.js';
import { addUnlinkCommand } from './projects/unlink.js';

/** `costs projects` */
export function addProjectsCommand(parent: Command, open: OpenContext): Command {
  const group = parent.command('projects').description("The providers' projects and ours.");
  addDiscoverCommand(group, open);
  addListProjectsCommand(group, open);
  addLinkCommand(group, open);
  addUnlinkCommand(group, open);
  addRenameCommand(group, open);
  addTagCommand(group, open);
  addUntagCommand(group, open);
  addExportProjectsCommand(group, open);
  addImportProjectsCommand(group, open);
  return group;
}
