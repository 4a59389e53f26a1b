import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { readConfig } from '../src/config.js';
import { useMachine } from './helpers/costs.js';

afterEach(() => void vi.unstubAllEnvs());

it.each(['', '.'])('keeps no store where somebody happens to be because the home folder is %j', (home) => {
  vi.stubEnv('HOME', home);
  expect(() => readConfig({}).home()).toThrow('This user has no home folder');
  expect(readConfig({ COSTS_HOME: '/srv/costs' }).home()).toBe('/srv/costs');
});

it('has a folder for the store that is whole, however it was named', () => {
  expect(readConfig({ COSTS_HOME: 'here' }).home()).toBe(resolve('here'));
});

it('is of the environment alone: what lies in the folder of a command leads nowhere', { tags: ['story'] }, async () => {
  const { costs, home } = await useMachine({}, { store: true });
  const lines = [
    'DATABASE_URL=postgresql://127.0.0.1:1/theirs',
    'OPENAI_BASE_URL=https://evil.example',
    'COSTS_TOKEN=x',
  ];
  for (const name of ['.env', '.env.local', '.env.production', 'costs.env', 'prisma/.env']) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), lines.join('\n'));
  }
  const ran = await costs(['whoami', '--json'], { cwd: home });
  expect([ran.code, ran.json()]).toMatchObject([0, { kind: 'local' }]);
});
