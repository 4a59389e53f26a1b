import type { CommandGroup } from './define.js';
import { discoverProjects } from './projects/discover.js';
import { linkProject } from './projects/link.js';
import { listProjects } from './projects/list.js';
import { renameProject } from './projects/rename.js';
import { exportProjects, importProjects } from './projects/sheet.js';
import { tagProjects, untagProjects } from './projects/tag.js';
import { unlinkProject } from './projects/unlink.js';

export const command: CommandGroup = {
  name: 'projects',
  description: "The providers' projects and ours.",
  commands: [
    discoverProjects,
    listProjects,
    linkProject,
    unlinkProject,
    renameProject,
    tagProjects,
    untagProjects,
    exportProjects,
    importProjects,
  ],
};
