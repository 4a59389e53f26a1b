import type { RunRecord } from '../../domain/run.js';
import type { Context } from '../../context.js';
import { renderRuns } from '../../output/runs.js';
import { defineCommand, asItIs } from '../define.js';
import { countOption } from '../options.js';

export interface ListRunsOptions {
  limit: number;
}

export const listRuns = defineCommand({
  name: 'runs list',
  description: 'Lists what ran, newest first.',
  options: [countOption('--limit <count>', 'how many').default(20)],
  examples: ['costs runs list', 'costs runs list --limit 1 --json'],
  isDefault: true,
  async run({ limit }: ListRunsOptions, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    return { runs: await store.runs.list(team.id, limit) };
  },
  document: asItIs<{ runs: RunRecord[] }>,
  render: renderRuns,
});
