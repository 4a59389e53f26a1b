import type { RunRecord } from '../../domain/run.js';
import type { Context } from '../../context.js';
import { CostsError } from '../../errors.js';
import { renderRun } from '../../output/runs.js';
import { argument, defineCommand, asItIs } from '../define.js';

export const showRun = defineCommand({
  name: 'runs show',
  description: 'Shows what a run planned and did, an organization at a time.',
  arguments: [argument('<run>', 'its id, or how it begins')],
  examples: ['costs runs show 01JD4K'],
  async run({ run: id }: { run: string }, context: Context) {
    if (id.trim() === '') throw new CostsError('usage', 'Which run? The id is empty.', { hint: 'costs runs list' });
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const [run, another] = await store.runs.find(team.id, id);
    if (run === undefined) throw new CostsError('usage', `No run begins with "${id}".`, { hint: 'costs runs list' });
    if (another !== undefined)
      throw new CostsError('usage', `Several runs begin with "${id}".`, {
        hint: 'Give more of the id: costs runs list --json',
      });
    return run;
  },
  document: asItIs<RunRecord>,
  render: renderRun,
});
