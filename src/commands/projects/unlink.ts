import type { Relinked } from '../../domain/project.js';
import type { Context } from '../../context.js';
import { renderUnlinked } from '../../output/projects.js';
import { argument, defineCommand, asItIs } from '../define.js';
import { requireProject } from '../../library/find.js';

export const unlinkProject = defineCommand({
  name: 'projects unlink',
  description: "Unties a project from its provider project; what was collected moves to one with the provider's name.",
  arguments: [argument('<project>', 'our project, by name or id')],
  examples: ['costs projects unlink Search'],
  async run({ project: name }: { project: string }, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    return store.projects.unlink(team.id, await requireProject(context, name));
  },
  document: asItIs<Relinked>,
  render: renderUnlinked,
});
