import { resolve } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { readConfig } from '../src/config.js';

afterEach(() => void vi.unstubAllEnvs());

it.each(['', '.'])('keeps no store where somebody happens to be because the home folder is %j', (home) => {
  vi.stubEnv('HOME', home);
  expect(() => readConfig({}).home()).toThrow('This user has no home folder');
  expect(readConfig({ COSTS_HOME: '/srv/costs' }).home()).toBe('/srv/costs');
});

it('has a folder for the store that is whole, however it was named', () => {
  expect(readConfig({ COSTS_HOME: 'here' }).home()).toBe(resolve('here'));
});
