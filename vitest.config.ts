import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/postgres-server.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: a database server, an emulator and the tool itself run beside each worker.
    maxWorkers: 3,
    // A worker loads the modules under test once, not once a file: a quarter of the time. Tests put back what they change.
    isolate: false,
    // `npm run test:long` tells some stories in full that `npm test` tells in short.
    provide: { long: mode === 'long' },
  },
}));
