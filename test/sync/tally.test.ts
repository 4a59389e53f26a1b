import { describe, expect, it } from 'vitest';
import type { Organization, WindowOutcome } from '../../src/domain/collection.js';
import { parseDay, type Day } from '../../src/domain/day.js';
import type { FocusFiles } from '../../src/domain/focus-import.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import type { Adoption } from '../../src/domain/project-move.js';
import type { UnitPriceJump } from '../../src/domain/unit-prices.js';
import { CostsError } from '../../src/errors.js';
import { emptyOutcome } from '../../src/store/facts/write-window.js';
import { Tally } from '../../src/sync/tally.js';

const ORGANIZATION = { provider: 'openai', organizationId: 'org-1', name: 'Prod' } as Organization;
const STARTED = new Date('2026-03-02T10:00:00Z');
const [FIRST, SECOND, THIRD] = ['2026-02-01', '2026-02-02', '2026-02-03'].map(parseDay) as [Day, Day, Day];

/** @param known what earlier runs told of */
function start(known: readonly string[] = []) {
  let now = STARTED;
  const tally = new Tally(
    ORGANIZATION,
    () => now,
    (path) => known.includes(path),
  );
  return { tally, pass: (milliseconds: number) => (now = new Date(now.getTime() + milliseconds)) };
}

const outcome = (change: Partial<WindowOutcome>): WindowOutcome => ({ ...emptyOutcome(), ...change });
const money = (cost: string, currency = 'USD') => ({ currency, cost: parseDecimal(cost) });

describe('what a run did for an organization', () => {
  it('is nothing at first, and says nothing of what there is none of', () => {
    const { tally, pass } = start();
    pass(1_500);
    expect(tally.result()).toEqual({
      ...{ provider: 'openai', organizationId: 'org-1', name: 'Prod', status: 'ok' },
      ...{ days: 0, requests: 0, retries: 0, rows: 0, inserted: 0, updated: 0, deleted: 0, unchanged: 0 },
      ...{ totals: [], restated: { rows: 0, days: 0, difference: [] }, newProjects: [], narrowed: [] },
      ...{ missing: [], drift: [], milliseconds: 1_500 },
    });
    expect([tally.windows, tally.changedDays, tally.isHopeless]).toEqual([0, [], false]);
  });

  it('is the sum of its windows, a currency each', () => {
    const { tally } = start();
    const adopted = { project: 'Old', projectId: 'project-1' } as Adoption;
    tally.add(
      7,
      outcome({
        ...{ days: 2, inserted: 3, updated: 2, deleted: 1, unchanged: 1, totals: [money('1.25'), money('9', 'EUR')] },
        restated: { rows: 2, days: 1, difference: [money('-0.5')] },
        ...{ newProjects: ['Search', 'Batch'], adopted: [adopted], changedDays: [THIRD, FIRST] },
        ...{ altered: [SECOND], contradicted: [THIRD] },
      }),
    );
    tally.add(
      4,
      outcome({
        ...{ days: 1, inserted: 1, updated: 1, deleted: 4, unchanged: 2, totals: [money('0.75')] },
        restated: { rows: 5, days: 1, difference: [money('2')] },
        ...{ newProjects: ['Batch', 'App'], changedDays: [SECOND, FIRST], altered: [FIRST], contradicted: [SECOND] },
      }),
    );
    expect(tally.result()).toMatchObject({
      ...{ days: 3, rows: 11, inserted: 4, updated: 3, deleted: 5, unchanged: 3 },
      totals: [
        { currency: 'EUR', cost: '9' },
        { currency: 'USD', cost: '2' },
      ],
      restated: { rows: 7, days: 2, difference: [{ currency: 'USD', cost: '1.5' }] },
      ...{ newProjects: ['App', 'Batch', 'Search'], adopted: [adopted] },
      ...{ altered: [FIRST, SECOND], contradicted: [SECOND, THIRD] },
    });
    expect(tally.changedDays).toEqual([FIRST, SECOND, THIRD]);
    expect(tally.windows).toBe(2);
  });

  it('counts requests and those sent again, and names a report once: the latest day it reaches back to', () => {
    const { tally } = start();
    const answer = { method: 'GET', url: '', status: 200, milliseconds: 1, date: null };
    tally.observe({ type: 'request', ...answer });
    tally.observe({ type: 'retry', reason: 'busy', waitMilliseconds: 5 });
    tally.observe({ type: 'request', ...answer });
    for (const since of [SECOND, THIRD, FIRST]) tally.observe({ type: 'narrowed', endpoint: 'completions', since });
    tally.observe({ type: 'narrowed', endpoint: 'images', since: FIRST });
    for (const endpoint of ['video', 'audio', 'audio']) tally.observe({ type: 'missing', endpoint });
    expect(tally.result()).toMatchObject({
      ...{ requests: 2, retries: 1, missing: ['audio', 'video'], drift: [] },
      narrowed: [
        { endpoint: 'completions', since: THIRD },
        { endpoint: 'images', since: FIRST },
      ],
    });
    expect(tally.result()).not.toHaveProperty('unregistered');
  });

  it('tells of a field that the contract does not know, once, and not of one that an earlier run told of', () => {
    const { tally } = start(['results.old']);
    for (const path of ['results.old', 'results.new', 'results.new'])
      tally.observe({ type: 'drift', path, value: 'x' });
    expect(tally.result().drift).toEqual([{ path: 'results.new', value: 'x' }]);
  });

  it('tells of jumps of prices on days that it changed, and of no others', () => {
    const { tally } = start();
    tally.add(1, outcome({ changedDays: [SECOND] }));
    const jump = (day: Day) => ({ day, lineItem: 'gpt-5, input' }) as UnitPriceJump;
    tally.noticed([jump(FIRST), jump(SECOND)]);
    expect(tally.result().priceJumps).toEqual([jump(SECOND)]);
    tally.renamed([{ from: 'a', to: 'b' }]);
    expect(tally.result().renamed).toEqual([{ from: 'a', to: 'b' }]);
  });

  it('ends with its first failure and all the days that failed, in order', () => {
    const { tally } = start();
    const window = (day: Day) => ({ since: day, until: day });
    tally.add(1, outcome({ days: 1 }));
    tally.failed(new CostsError('contract', 'Not what was promised.', { hint: 'Again.' }), [window(SECOND)]);
    expect(tally.isHopeless).toBe(false);
    tally.failed(new CostsError('auth', 'Refused.'), [window(THIRD), window(FIRST)]);
    expect(tally.isHopeless).toBe(false);
    expect(tally.windows).toBe(4);
    expect(tally.result()).toMatchObject({
      status: 'failed',
      error: { code: 'contract', hint: 'Again.', windows: [FIRST, SECOND, THIRD].map(window) },
    });
  });

  it('names organizations that nobody registered, once each, and what files were left out', () => {
    const { tally } = start();
    for (const organizationId of ['org-9', null, 'org-9']) tally.observe({ type: 'unregistered', organizationId });
    tally.leftOut({ leftOut: [], unlistedFolders: ['2026-01'] } as unknown as FocusFiles);
    tally.leftOut({ leftOut: [], unlistedFolders: [] } as unknown as FocusFiles);
    expect(tally.result()).toMatchObject({ unregistered: ['org-9', null], leftOut: [], unlistedFolders: ['2026-01'] });
  });

  it('tries reports once more beside bills that were there, and fails for those that did not all come', () => {
    const { tally } = start();
    const span = { since: FIRST, until: SECOND };
    tally.addReports(undefined, span);
    expect([tally.windows, tally.result().status]).toEqual([1, 'ok']);
    tally.addReports(new CostsError('unreachable', 'Later.'), span);
    expect(tally.windows).toBe(2);
    expect(tally.result()).toMatchObject({ status: 'failed', error: { code: 'unreachable', windows: [span] } });
  });

  it('is hopeless where nothing could be read, whatever failed, and counts as tried where only reports were due', () => {
    const { tally } = start();
    tally.failed(new CostsError('contract', 'Not what was promised.'), []);
    expect(tally.isHopeless).toBe(true);
    expect(tally.windows).toBe(1);
  });

  it.each(['auth', 'unreachable', 'no-space', 'interrupted'] as const)(
    'is hopeless after a failure of kind %s',
    (code) => {
      const { tally } = start();
      tally.add(1, outcome({ days: 1 }));
      tally.failed(new CostsError(code, 'No more.'), []);
      expect(tally.isHopeless).toBe(true);
    },
  );

  it('is skipped where there was nothing to do, or somebody else does it, who is named', () => {
    const { tally } = start();
    expect(tally.skipped()).toMatchObject({ status: 'skipped' });
    expect(tally.skipped()).not.toHaveProperty('heldBy');
    const holder = { host: 'ci-1', pid: 7, command: 'costs sync', since: STARTED };
    expect(tally.skipped(holder)).toMatchObject({
      status: 'skipped',
      heldBy: { host: 'ci-1', pid: 7, command: 'costs sync', since: '2026-03-02T10:00:00.000Z' },
    });
  });
});
