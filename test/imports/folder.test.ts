// @module-tag story

import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Changes } from '../../src/domain/changes.js';
import type { Report } from '../../src/domain/report.js';
import type { SyncResult } from '../../src/domain/results.js';
import type { Verification } from '../../src/domain/verification.js';
import { useMachine, type Machine } from '../helpers/costs.js';
import { STORY_KINDS, environmentOf, useReadyTarget } from '../helpers/database.js';

const COLUMNS = [
  'BilledCost',
  'BillingCurrency',
  'BillingAccountId',
  'BillingPeriodStart',
  'BillingPeriodEnd',
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'ChargeCategory',
  'ServiceName',
  'SubAccountId',
  'ProviderName',
];
type Charge = [cost: string, day: string, service?: string, account?: string];

const PERIODS: Record<string, [string, string]> = {
  '2026-08': ['2026-08-01T00:00:00Z', '2026-09-01T00:00:00Z'],
  '2026-09': ['2026-09-01T00:00:00Z', '2026-10-01T00:00:00Z'],
};

/** A folder as AWS Data Exports fills one. */
async function useExports() {
  const path = await mkdtemp(join(tmpdir(), 'costs-exports-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return {
    path,
    deliver: async (month: string, at: string, charges: Charge[], name = 'daily') => {
      const [start, end] = PERIODS[month] ?? ['', ''];
      const rows = charges.map(([cost, day, service = 'Amazon Bedrock', account = 'payer-1']) =>
        [
          cost,
          'USD',
          account,
          start,
          end,
          `${day}T05:00:00Z`,
          `${day}T06:00:00Z`,
          'Usage',
          service,
          'sub-1',
          'AWS',
        ].join(),
      );
      const run = at.replace(/\W/g, '');
      const files: Record<string, string> = {
        [`${name}/data/BILLING_PERIOD=${month}/${run}/part-1.csv`]: [COLUMNS.join(), ...rows].join('\n'),
        [`${name}/metadata/BILLING_PERIOD=${month}/${name}-Manifest.json`]: JSON.stringify({
          exportName: name,
          billingPeriod: month,
          dataFiles: [`s3://bucket/${name}/data/BILLING_PERIOD=${month}/${run}/part-1.csv`],
        }),
      };
      for (const [file, content] of Object.entries(files)) {
        await mkdir(join(path, file, '..'), { recursive: true });
        await writeFile(join(path, file), content);
        await utimes(join(path, file), new Date(at), new Date(at));
      }
    },
  };
}

async function useStore(kind: (typeof STORY_KINDS)[number]): Promise<Machine> {
  const machine = await useMachine({ ...environmentOf(await useReadyTarget(kind)), COSTS_INSECURE_STORAGE: '1' });
  const init = [
    'init',
    '--team',
    'acme',
    ...(kind === 'embedded' ? [] : ['--email', 'a@example.com', '--password-stdin']),
  ];
  expect((await machine.here(init, { input: 'correct horse battery staple\n' })).code).toBe(0);
  return machine;
}

const countsOf = ({ organizations: [only] }: SyncResult) => [only?.inserted, only?.updated, only?.deleted];
const sync = async (machine: Machine, ...more: string[]) =>
  (await machine.here(['sync', ...more, '--json'])).json<SyncResult>();
const totalsOf = async (machine: Machine) =>
  (await machine.here(['report', '2026-Q3', '--json'])).json<Report>().totals.map(({ cost }) => cost);

describe.each(STORY_KINDS)('a folder of exports, on %s,', (kind) => {
  it('is read by sync: whatever is new, a period as a whole, and never the same delivery twice', async () => {
    const machine = await useStore(kind);
    const { path, deliver } = await useExports();
    await deliver('2026-08', '2026-09-03T00:00:00Z', [
      ['1.5', '2026-08-04'],
      ['9', '2026-08-05', 'Amazon EC2'],
    ]);
    await deliver('2026-09', '2026-10-02T00:00:00Z', [['2.25', '2026-09-30']]);
    const added = await machine.here([
      'keys',
      'add',
      '--provider',
      'aws',
      '--from-path',
      path,
      '--name',
      'Payer',
      '--json',
    ]);
    expect(added.json()).toMatchObject({ key: { organizationId: 'payer-1', source: `path:${path}`, lastFour: '' } });
    const synced = await machine.here(['sync', '--json']);
    expect(countsOf(synced.json<SyncResult>())).toEqual([2, 0, 0]);
    expect(synced.json<SyncResult>().organizations).toMatchObject([
      { leftOut: [{ service: 'Amazon EC2', rows: 1, totals: [{ cost: '9' }] }], unlistedFolders: [] },
    ]);
    expect(await totalsOf(machine)).toEqual(['3.75']);
    expect(await sync(machine)).toMatchObject({ organizations: [{ status: 'skipped', requests: 0 }] });

    // Months after it was closed, a month is delivered again.
    await deliver('2026-08', '2026-11-20T00:00:00Z', [['1.75', '2026-08-04']]);
    expect(countsOf(await sync(machine))).toEqual([0, 1, 0]);
    expect(await totalsOf(machine)).toEqual(['4']);
    const verified = await machine.here(['verify', '--since', '2026-08-01', '--until', '2026-09-30', '--json']);
    expect(verified.json<Verification>().organizations).toMatchObject([
      { status: 'ok', days: 61, equal: 61, restated: [] },
    ]);
    expect((await machine.here(['keys', 'verify', '--json'])).json()).toMatchObject({ status: 'ok' });
    const doctor = (await machine.here(['doctor', '--json'])).json<{ checks: { name: string; message: string }[] }>();
    expect(doctor.checks).toContainEqual(
      expect.objectContaining({ name: 'Folder of Payer', status: 'ok', message: '2 complete deliveries' }),
    );
  });

  it('may be imported once by whoever has no key at all, who is sent on to the figures and not after a key', async () => {
    const machine = await useStore(kind);
    const { path, deliver } = await useExports();
    await deliver('2026-08', '2026-09-03T00:00:00Z', [['1.5', '2026-08-04']]);
    const imported = await machine.here(['import', 'focus', path]);
    expect([imported.code, imported.stderr]).toEqual([0, expect.stringContaining('Next → costs report')]);
    expect((await machine.here(['import', 'focus', path])).stderr).not.toContain('Next');
    expect((await machine.here([])).stdout).not.toContain('costs keys add');
    expect((await machine.here(['status'])).stdout).not.toContain('no key');
    const synced = await machine.here(['sync']);
    expect([synced.code, synced.stderr]).toEqual([2, expect.stringContaining('was imported from files')]);
    expect(synced.stderr).toContain('--from-path FOLDER');
  });

  it('is asked for nothing that only a key could ask for', async () => {
    const machine = await useStore(kind);
    const { path, deliver } = await useExports();
    await deliver('2026-08', '2026-09-03T00:00:00Z', [['1.5', '2026-08-04']]);
    await machine.here(['keys', 'add', '--provider', 'aws', '--from-path', path]);
    await sync(machine);
    const compared = await machine.here(['usage', 'compare', '2026-08', '--json']);
    expect(compared.error().message).toBe('No day of 1–31 Aug 2026 has been read for both its bills and its usage.');
    const discovered = await machine.here(['projects', 'discover', '--json']);
    expect([discovered.code, discovered.error().message]).toEqual([
      2,
      'payer-1 is read from files, which its projects come with.',
    ]);
    const rows = await machine.here(['export', '2026-08', '--format', 'json']);
    expect(rows.json<{ cost: string }[]>().map(({ cost }) => cost)).toEqual(['1.5']);
  });

  it('tells of an account that a newer delivery no longer has, and of another export that has it', async () => {
    const machine = await useStore(kind);
    const { path, deliver } = await useExports();
    await deliver('2026-08', '2026-09-03T00:00:00Z', [['1.5', '2026-08-04']]);
    await machine.here(['keys', 'add', '--from-path', path]);
    await sync(machine);

    await deliver('2026-08', '2026-09-05T00:00:00Z', [['7', '2026-08-04', 'Amazon Bedrock', 'payer-2']]);
    expect(await sync(machine)).toMatchObject({ organizations: [{ status: 'failed', error: { code: 'shrink' } }] });
    expect(countsOf(await sync(machine, '--accept-restatement'))).toEqual([0, 0, 1]);
    expect(await totalsOf(machine)).toEqual([]);

    await deliver('2026-09', '2026-10-02T00:00:00Z', [['3', '2026-09-04']], 'hourly');
    expect(await sync(machine)).toMatchObject({
      organizations: [
        { status: 'failed', error: { code: 'conflict', message: expect.stringContaining('hourly') as string } },
      ],
    });
    expect(countsOf(await sync(machine, '--accept-restatement'))).toEqual([1, 0, 0]);
  });

  it('is read anew when other services are chosen, which the ledger does not take for a restatement', async () => {
    const machine = await useStore(kind);
    const { path, deliver } = await useExports();
    await deliver('2026-08', '2026-09-03T00:00:00Z', [
      ['1.5', '2026-08-04'],
      ['9', '2026-08-04', 'Amazon EC2'],
    ]);
    await machine.here(['keys', 'add', '--from-path', path]);
    await sync(machine);
    const before = new Date().toISOString();
    await machine.here(['import', 'focus', '--service', 'Amazon EC2', path]);
    expect(await totalsOf(machine)).toEqual(['10.5']);
    const changes = (await machine.here(['changes', '2026-08', '--since', before, '--json'])).json<Changes>();
    expect(changes.rows).toMatchObject([{ cause: 'rescoped', difference: '9' }]);
  });

  it('that is gone fails its organization alone, and can be swapped for another one that has the account', async () => {
    const machine = await useStore(kind);
    const [first, second] = [await useExports(), await useExports()];
    await first.deliver('2026-08', '2026-09-03T00:00:00Z', [['1.5', '2026-08-04']]);
    await second.deliver('2026-08', '2026-09-03T00:00:00Z', [['1.5', '2026-08-04']]);
    await machine.here(['keys', 'add', '--from-path', first.path]);
    await rm(first.path, { recursive: true });
    const failed = await machine.here(['sync', '--json']);
    expect(failed.code).toBe(3);
    expect(failed.json()).toMatchObject({
      organizations: [{ error: { message: expect.stringContaining(first.path) as string } }],
    });
    expect((await machine.here(['keys', 'rotate', 'payer-1', '--from-path', second.path])).code).toBe(0);
    expect(countsOf(await sync(machine))).toEqual([1, 0, 0]);
  });

  it('needs its account named where it has several, and no key', async () => {
    const machine = await useStore(kind);
    const { path, deliver } = await useExports();
    await deliver('2026-08', '2026-09-03T00:00:00Z', [
      ['1', '2026-08-04'],
      ['2', '2026-08-04', 'Amazon Bedrock', 'payer-2'],
    ]);
    const refused = await machine.here(['keys', 'add', '--from-path', path, '--json']);
    expect([refused.code, refused.error().message]).toEqual([
      2,
      expect.stringContaining('payer-1 (aws), payer-2 (aws)'),
    ]);
    expect((await machine.here(['keys', 'add', '--from-path', path, '--organization', 'payer-2'])).code).toBe(0);
    expect((await machine.here(['keys', 'add', '--provider', 'openai', '--from-path', path])).code).toBe(2);
    expect((await machine.here(['import', 'focus', '--provider', 'openai', path])).code).toBe(2);
    expect((await machine.here(['keys', 'add', '--provider', 'aws', '--key-stdin'])).code).toBe(2);
    expect((await sync(machine)).organizations).toMatchObject([
      { organizationId: 'payer-2', unregistered: ['payer-1'] },
    ]);
    expect(await totalsOf(machine)).toEqual(['2']);
    // An account that is not asked for is not gone from its export.
    expect((await machine.here(['import', 'focus', path, '--account', 'payer-1'])).code).toBe(0);
    expect(await totalsOf(machine)).toEqual(['3']);
    // Nobody is left to be asked of what was imported by hand, which is no reason to say nothing of it.
    const august = { since: '2026-08-01', until: '2026-08-31' };
    const verified = await machine.here(['verify', '2026-08', '--json']);
    expect(verified.json<Verification>().organizations).toMatchObject([
      { organizationId: 'payer-2', comparedWith: 'files' },
      {
        ...{ organizationId: 'payer-1', status: 'ok', comparedWith: 'nothing', days: 0 },
        notCompared: [{ ...august, reason: 'no key or folder to ask' }],
      },
    ]);
  });
});
