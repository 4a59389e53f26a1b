import { expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import type { Organization } from '../../src/domain/collection.js';
import { NO_DIMENSIONS, type UsageLine, type UsagePage } from '../../src/domain/usage.js';
import type { UsageStore } from '../../src/domain/usage-store.js';
import { usageCollector } from '../../src/sync/collect-usage.js';
import type { WindowWork } from '../../src/sync/work.js';

const SPAN = { since: parseDay('2026-02-27'), until: parseDay('2026-02-28') };
const START = new Date('2026-02-27T00:00:00Z');

/** What two reports say, each of as many keys, as a window that may have so many lines reads it. */
function read({ keys, mostRows }: { keys: number; mostRows: number }): Promise<unknown> {
  const page = (endpoint: string): UsagePage => ({
    endpoint,
    buckets: [{ start: START, end: new Date('2026-02-28T00:00:00Z') }],
    lines: Array.from({ length: keys }, (_, index) => lineOf(endpoint, `key_${index}`)),
    end: 'complete',
    since: SPAN.since,
  });
  const work = {
    organization: { name: 'Acme' } as Organization,
    provider: { usage: { fetchUsage: () => [page('completions'), page('embeddings')] } },
    call: { mostRows, signal: new AbortController().signal, observe: () => undefined },
    dependencies: { store: { clock: () => Promise.resolve(START), unknownProjects: () => Promise.resolve([]) } },
    options: {},
  } as unknown as WindowWork;
  const usage = { writeWindow: () => Promise.resolve({}) } as unknown as UsageStore;
  return usageCollector(usage, '1d')(SPAN, work);
}

function lineOf(endpoint: string, apiKeyId: string): UsageLine {
  const counted = { tokenType: 'requests', unit: 'requests', quantity: parseDecimal('1') } as const;
  const bucket = { bucketStart: START, bucketEnd: new Date('2026-02-28T00:00:00Z') };
  return { ...NO_DIMENSIONS, ...bucket, providerProjectId: 'proj_1', endpoint, apiKeyId, ...counted };
}

it('usage of more lines than a window may have is too large, whatever number of reports they are of', async () => {
  await expect(read({ keys: 50, mostRows: 99 })).rejects.toMatchObject({ code: 'too-large' });
  await expect(read({ keys: 50, mostRows: 100 })).resolves.toMatchObject({ rows: 100 });
});
