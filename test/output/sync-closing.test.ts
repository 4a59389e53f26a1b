import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import type { OrganizationResult, SyncResult } from '../../src/domain/results.js';
import { addKey } from '../../src/commands/keys/add.js';
import type { KeyChange } from '../../src/output/keys.js';
import type { Output } from '../../src/output/output.js';
import { createStyle } from '../../src/output/style.js';
import { renderSync } from '../../src/output/sync.js';
import { closingLines } from '../../src/output/sync-closing.js';

function organization(change: Partial<OrganizationResult> = {}): OrganizationResult {
  const counts = { days: 31, requests: 1, retries: 0, rows: 9, inserted: 1, updated: 0, deleted: 0, unchanged: 8 };
  return {
    provider: 'openai',
    organizationId: 'org-1',
    name: 'Acme Prod',
    status: 'ok',
    ...counts,
    totals: [],
    restated: { rows: 0, days: 0, difference: [] },
    newProjects: [],
    narrowed: [],
    missing: [],
    drift: [],
    milliseconds: 5,
    ...change,
  };
}

function run(organizations: OrganizationResult[], change: Partial<SyncResult> = {}): SyncResult {
  const span = { since: parseDay('2026-10-24'), until: parseDay('2026-11-23') };
  return {
    status: 'ok',
    runId: 'run-1',
    command: 'sync',
    basis: 'billed',
    ...span,
    milliseconds: 5,
    organizations,
    ...change,
  };
}

describe('the end of a sync', () => {
  it('is silent where there is nothing to say', () => {
    expect(closingLines(run([organization()]))).toEqual([]);
  });

  it('says what yesterday cost, and whose part of it is not known', () => {
    const day = parseDay('2026-11-22');
    const yesterday = { day, organizations: 2, of: 3, totals: [{ currency: 'USD', cost: '1284.07' }] };
    expect(closingLines(run([organization()], { yesterday }))).toEqual([
      'Yesterday (Sun 22 Nov, provisional, 2 of 3 organizations): 1,284.07 USD',
    ]);
    expect(closingLines(run([organization()], { yesterday: { ...yesterday, organizations: 3, totals: [] } }))).toEqual([
      'Yesterday (Sun 22 Nov, provisional): nothing',
    ]);
  });

  it('says what changed after it had been reported, and where that is explained', () => {
    const restated = { rows: 3, days: 2, difference: [{ currency: 'USD', cost: '4.18' }] };
    expect(closingLines(run([organization({ restated })]))).toEqual([
      'Changed after first report: 3 rows on 2 days, +4.18 USD → costs changes',
    ]);
  });

  it('names adopted days that the provider bills otherwise, and a command that leaves settled days between them alone', () => {
    const contradicted = ['2026-10-01', '2026-10-02', '2026-11-05'].map(parseDay);
    expect(closingLines(run([organization({ contradicted })]))).toEqual([
      "Acme Prod: 3 adopted days are not what the provider bills, and stay as adopted: 1–2 Oct 2026, 5 Nov 2026. To take the provider's bills → costs backfill --organization org-1 --since 2026-10-01 --until 2026-11-05 --accept-restatement",
    ]);
    expect(closingLines(run([organization({ contradicted })], { basis: 'usage' }))).toEqual([
      'Acme Prod: the usage of 3 adopted days is read, and the estimates stay as adopted: 1–2 Oct 2026, 5 Nov 2026. To make them again → costs backfill --basis usage --organization org-1 --since 2026-10-01 --until 2026-11-05 --force --accept-restatement',
    ]);
  });

  it('says what new projects cost since when, and names those without a bill', () => {
    const newSpend = [
      {
        project: 'growth-exp',
        projectId: 'p1',
        organization: 'Acme Prod',
        since: parseDay('2026-11-19'),
        totals: [{ currency: 'USD', cost: '212.4' }],
      },
    ];
    expect(closingLines(run([organization({ newProjects: ['growth-exp', 'idle'] })], { newSpend }))).toEqual([
      'New, not linked: growth-exp (Acme Prod), 212.40 USD since 19 Nov',
      'New, not linked: idle (Acme Prod)',
      '  → costs projects list --unlinked',
    ]);
  });

  it('names the organization of a new project once, where several have its name', () => {
    const shared = { project: 'Default', since: parseDay('2026-11-19'), totals: [{ currency: 'USD', cost: '1' }] };
    const newSpend = [
      { ...shared, projectId: 'p1', organization: 'Acme Prod' },
      { ...shared, projectId: 'p2', organization: 'Labs' },
    ];
    expect(closingLines(run([organization({})], { newSpend }))).toEqual([
      'New, not linked: Default (Acme Prod), 1.00 USD since 19 Nov',
      'New, not linked: Default (Labs), 1.00 USD since 19 Nov',
      '  → costs projects list --unlinked',
    ]);
  });

  it('says once what a provider sends that is not known, however many organizations have it', () => {
    const drift = [
      { path: 'results[].brand_new', value: 'number' },
      { path: 'api_source=moon', value: 'moon' },
    ];
    const organizations = [organization({ drift }), organization({ organizationId: 'org-2', name: 'Labs', drift })];
    expect(closingLines(run(organizations))).toEqual([
      "New fields in OpenAI's answers, not stored: results[].brand_new",
      "New values in OpenAI's answers, stored as they came: api_source=moon",
    ]);
  });
});

it('a provider that bills nothing is read for its usage, and is not said to be unchanged', () => {
  const output = { style: createStyle(false), width: Infinity } as unknown as Output;
  const proxy = organization({ provider: 'litellm', rows: 0, inserted: 0 });
  const where = { team: 'acme', store: 'here', why: null };
  expect(renderSync(run([proxy]), where, output)).toContain('bills nothing; its usage is read with --basis usage');
  expect(renderSync(run([proxy], { basis: 'usage' }), where, output)).toContain('nothing changed');
  const next = (provider: string) => addKey.next?.({ key: { provider } } as unknown as KeyChange);
  expect(next('litellm')).toBe('Next: costs sync --basis usage --provider litellm');
  expect(next('openai')).toBe('Next: costs sync');
});
