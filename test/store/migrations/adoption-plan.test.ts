import { expect, it } from 'vitest';
import { planAdoption } from '../../../src/store/migrations/adoption-plan.js';
import { readMigrations } from '../../../src/store/migrations/folder.js';
import { shadowStates } from '../../../src/store/migrations/shadow-states.js';

it('finds every migration in a schema that each of them left', async () => {
  const files = await readMigrations();
  const states = await shadowStates(files);
  for (const [count, live] of states.entries()) {
    if (count === 0) continue;
    const { adopted, steps, problems } = planAdoption(files, states, live, 'public');
    // Of what a migration fills in rows alone, no schema tells: it stays to be migrated.
    const textOf = (index: number) => JSON.stringify(states[index]);
    const telling = files.slice(0, count).filter((_, index) => textOf(index) !== textOf(index + 1));
    expect(adopted).toEqual(telling.map(({ name }) => name));
    // Whether a row needs a value, only the rows can tell.
    expect({ steps: steps.filter(({ fills }) => fills === undefined), problems }).toEqual({ steps: [], problems: [] });
  }
});
