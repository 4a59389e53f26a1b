/**
 * `npm run test:mutation` changes the code, one place at a time, and tells which changes no test notices. It takes minutes a
 * part; `PART=sync npm run test:mutation` runs one. SQL is text to it: statements are broken by hand
 * (CONTRIBUTING.md).
 */
const PURE =
  '{collect-usage,files,outstanding-usage,page-watch,parties,pieces,plan,provider-clock,row-budget,shared-answers,shared-reads,tally,windows}';
const PARTS = {
  domain: {
    mutate: ['src/domain/{decimal,money,coverage}.ts'],
    tests: ['test/domain/{decimal,money,coverage,comparison}.test.ts'],
  },
  // What needs no store takes minutes; `sync` has the rest.
  plan: {
    mutate: [`src/sync/${PURE}.ts`],
    tests: [`test/sync/${PURE}.test.ts`],
  },
  sync: {
    mutate: ['src/sync/*.ts', `!src/sync/${PURE}.ts`],
    tests: [
      'test/sync/*.test.ts',
      'test/usage/collect.test.ts',
      'test/store/leases.test.ts',
      'test/store/facts/clocks.test.ts',
      'test/imports/folder.test.ts',
    ],
  },
  facts: {
    mutate: ['src/store/facts/*.ts'],
    tests: [
      'test/store/{collection,facts}/*.test.ts',
      'test/store/{adopted-days,projects}.test.ts',
      'test/sync/{analytics,api-keys,verify,verify-findings}.test.ts',
      'test/store/usage/write-usage.test.ts',
      'test/usage/collect.test.ts',
    ],
  },
  collection: {
    mutate: ['src/store/collection/*.ts'],
    tests: [
      'test/store/{collection,facts}/*.test.ts',
      'test/store/{leases,organizations,projects,runs}.test.ts',
      'test/store/usage/write-usage.test.ts',
      'test/sync/{run,verify,analytics,api-keys,quota}.test.ts',
      'test/usage/collect.test.ts',
    ],
  },
  'as-of': {
    mutate: ['src/store/spend/{as-of,ledger,relation,query,coverage}.ts'],
    tests: [
      'test/store/reports/*.test.ts',
      'test/store/projects.test.ts',
      'test/usage/report.test.ts',
      'test/sync/api-keys.test.ts',
    ],
  },
};

const parts = process.env.PART === undefined ? Object.values(PARTS) : [PARTS[process.env.PART]];
// What is told apart here is code, not databases.
process.env.TEST_ONLY_SERVER = '1';

export default {
  mutate: parts.flatMap(({ mutate }) => mutate),
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', './test/mutation/ignore-texts.js'],
  ignorers: ['texts'],
  testFiles: parts.flatMap(({ tests }) => tests),
  vitest: { related: false, configFile: 'test/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  // Code that runs when a module is loaded takes a run of its own to test, and is mostly lists of columns.
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 20_000,
  dryRunTimeoutMinutes: 60,
  thresholds: { high: 95, low: 85, break: 85 },
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { reportTests: false, allowColor: false },
  jsonReporter: { fileName: `coverage/mutation-${process.env.PART ?? 'all'}.json` },
  tempDirName: 'coverage/mutation',
};
