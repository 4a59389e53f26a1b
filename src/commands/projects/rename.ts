import type { Project } from '../../domain/project.js';
import { cleanName } from '../../domain/text.js';
import type { Context } from '../../context.js';
import { CostsError } from '../../errors.js';
import { renderRenamed } from '../../output/projects.js';
import { argument, defineCommand, asItIs } from '../define.js';
import { requireProject } from '../../library/find.js';

export const renameProject = defineCommand({
  name: 'projects rename',
  description: 'Gives a project of ours another name; links, rows and history stay.',
  arguments: [argument('<project>', 'our project, by name or id'), argument('<name>', 'its new name')],
  examples: ['costs projects rename proj_1 Search'],
  async run({ project: nameOrId, name }: { project: string; name: string }, context: Context) {
    const to = cleanName(name);
    if (to === '') throw new CostsError('usage', 'A project needs a name.', { hint: 'costs projects rename --help' });
    const [store, team] = await Promise.all([context.store(), context.team()]);
    return { project: await store.projects.rename(team.id, await requireProject(context, nameOrId), to) };
  },
  document: asItIs<{ project: Project }>,
  render: renderRenamed,
});
