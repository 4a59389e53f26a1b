import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** A Monday about noon, when nothing of a calendar happens. */
const USUAL_DAY = '2026-11-23T12:00:00Z';

/** For `npm run test:dates`: days on which sums by calendar go wrong, and the tests that know a calendar. */
const AWKWARD_DAYS = [
  '2028-02-29T12:00:00Z',
  '2027-03-01T00:00:05Z',
  '2026-12-31T23:59:00Z',
  '2027-01-01T00:00:05Z',
  '2027-04-30T12:00:00Z',
  '2027-05-31T12:00:00Z',
  // Summer time begins, and ends, in Europe and in America.
  '2027-03-28T01:30:00Z',
  '2027-10-31T00:30:00Z',
  '2027-03-14T09:30:00Z',
  '2027-11-07T08:30:00Z',
];
const CALENDAR = [
  'test/{chaos,cli,store/{collection,facts,reports},sync,usage}/**/*.test.ts',
  'test/commands/{budget,check,check-keys,check-states,closing,dashboard,explain,export,forecast}.test.ts',
  'test/output/page-command.test.ts',
];

/** Where nothing is known of times, Vitest starts large files first. These take long and are not large, or wait more than they work. */
const LONG =
  /store\/(migrations\/(apply|waits|odd-databases|any-database)|open|fence|embedded-store)|usage\/collect|vault\/keychain|cli\/main-job|schemas|draft-file|interruption|providers\/providers/;

/** What takes longest begins first, so that no worker ends long after the others. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return (await super.sort(files)).sort((one, other) => Number(isLong(other)) - Number(isLong(one)));
  }
}

export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'dates' ? CALENDAR : ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/postgres-server.ts'],
    setupFiles: ['test/helpers/set-clock.ts', 'test/helpers/set-flags.ts'],
    sequence: { sequencer: LongestFirst },
    tags: [
      {
        name: 'story',
        description: 'Takes seconds: apart from `npm test`, in `npm run test:stories` and in longer runs.',
      },
    ],
    // Limits are for what hangs: a machine that is three times as slow must not fail.
    testTimeout: mode === 'long' ? 3_600_000 : 300_000,
    hookTimeout: 300_000,
    // Two cores: a database server, an emulator and the tool itself run beside each worker.
    maxWorkers: 3,
    // A worker loads the modules under test once, not once a file: a quarter of the time. Tests put back what they change.
    isolate: false,
    // `npm run test:long` tells some stories in full that `npm test` tells in short.
    provide: { long: mode === 'long', bothStores: mode !== 'test', now: USUAL_DAY },
    ...(mode === 'dates' && {
      projects: AWKWARD_DAYS.map((now) => ({
        extends: true as const,
        mode,
        test: { name: now, provide: { now } },
      })),
    }),
  },
}));
