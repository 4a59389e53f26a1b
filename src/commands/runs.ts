import type { CommandGroup } from './define.js';
import { listRuns } from './runs/list.js';
import { showRun } from './runs/show.js';

export const command: CommandGroup = {
  name: 'runs',
  description: 'What each run planned and did.',
  commands: [listRuns, showRun],
};
