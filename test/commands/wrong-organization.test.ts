// @module-tag story

import { describe, expect, it } from 'vitest';
import { worldRow } from '../../src/emulator/world.js';
import { addDays, toDay } from '../../src/domain/day.js';
import { useMachine } from '../helpers/costs.js';
import { environmentOf, useReadyTarget } from '../helpers/database.js';
import { adminKey, anOrganization, openEmulator } from '../helpers/emulator.js';

const PASSWORD = 'correct horse battery staple';

/** A team that registered OpenAI's organization as org-1, with its key in the vault, and collected ten days. */
async function useCollected() {
  const today = toDay(new Date());
  const organization = anOrganization({ provider: 'openai', id: 'org-1' });
  for (let back = 1; back <= 10; back += 1)
    organization.days.set(addDays(today, -back), [
      worldRow({ projectId: 'proj_1', lineItem: 'gpt-5, input', amount: '30.55' }),
    ]);
  const emulator = await openEmulator({ world: { organizations: [organization] }, now: () => new Date() });
  const machine = await useMachine({
    ...environmentOf(await useReadyTarget('postgresql')),
    OPENAI_BASE_URL: emulator.baseUrl('openai'),
    COSTS_INSECURE_STORAGE: '1',
  });
  const costs = (words: string, input = '') => machine.here(words.split(' '), { input });
  await costs('init --team acme --email admin@example.com --password-stdin', PASSWORD);
  await costs('keys add --provider openai --organization org-1 --key-stdin', adminKey(organization).secret);
  const span = `--since ${addDays(today, -10)} --until ${addDays(today, -1)}`;
  expect((await costs(`backfill ${span}`)).code).toBe(0);
  return { costs, organization, emulator, span };
}

describe('an organization that was registered under a mistyped id', () => {
  it('moves to the right one with its key and all that was collected, and goes on there', async () => {
    const { costs, organization, span } = await useCollected();
    const before = (await costs(`report ${span} --json`)).json<{ totals: unknown }>().totals;
    organization.id = 'org-2';

    expect(await costs('keys move org-1 wrong')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('begins with org-') as string,
    });
    expect(await costs('keys move org-1 org-2')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/org-1: 1 project, 10 rows.*10 days.*--yes/s) as string,
    });
    expect((await costs('keys move org-1 org-2 --yes --json')).json()).toMatchObject({
      organizationId: 'org-2',
      from: 'org-1',
      name: 'org-2',
      moved: { costs: 10, days: 10 },
    });

    // The key is sealed for its organization: that it opens shows that it was sealed anew.
    expect((await costs('keys verify org-2')).code).toBe(0);
    expect((await costs(`verify ${span}`)).code).toBe(0);
    expect((await costs(`report ${span} --json`)).json()).toMatchObject({ totals: before });
    const again = (await costs(`backfill ${span} --force --json`)).json<{ organizations: object[] }>();
    expect(again.organizations).toMatchObject([{ organizationId: 'org-2', inserted: 0, updated: 0, deleted: 0 }]);
    expect((await costs('report --organization org-1 --json')).code).toBe(2);
  });

  it('stays where the right one has days of its own, with both sums', async () => {
    const { costs, emulator, span } = await useCollected();
    const other = anOrganization({ provider: 'openai', id: 'org-2' });
    other.days.set(span.slice(-10) as never, [worldRow({ projectId: 'proj_1', lineItem: 'x', amount: '7.25' })]);
    emulator.world.organizations.push(other);
    await costs('keys add --provider openai --organization org-2 --key-stdin', adminKey(other).secret);
    await costs(`backfill ${span}`);
    const refused = await costs('keys move org-1 org-2 --yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'org-2 has 10 days (7.25 USD) of its own, and org-1 10 days (305.5 USD); nothing was changed.',
    );
    expect(refused.stderr).toContain('→ costs keys remove org-2 --purge');
  });

  it('is renamed, by whatever it is called, and found by its new name', async () => {
    const { costs } = await useCollected();
    expect(await costs('keys rename org-1 Prod')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Prod (org-1): was "org-1"') as string,
    });
    expect((await costs('keys list --json')).json()).toMatchObject({
      keys: [{ name: 'Prod', organizationId: 'org-1' }],
    });
    expect((await costs('status --organization prod --json')).json()).toMatchObject({
      organizations: [{ name: 'Prod' }],
    });
    expect((await costs('keys verify Prod')).code).toBe(0);
  });

  it('takes the project of what is without one along when it is moved or renamed, unless that has a name of its own', async () => {
    const { costs, emulator, span } = await useCollected();
    const [organization] = emulator.world.organizations;
    organization?.days.set(span.slice(-10) as never, [worldRow({ projectId: null, lineItem: 'x', amount: '7.25' })]);
    await costs(`backfill ${span} --force`);
    const unassigned = async () =>
      (await costs('projects list --json'))
        .json<{ projects: { id: string; name: string; providerProjectId: string }[] }>()
        .projects.find(({ providerProjectId }) => providerProjectId === 'unassigned');
    expect(await unassigned()).toMatchObject({ name: 'org-1 (unassigned)' });
    if (organization !== undefined) organization.id = 'org-2';
    await costs('keys move org-1 org-2 --yes');
    expect(await unassigned()).toMatchObject({ name: 'org-2 (unassigned)' });
    await costs('keys rename org-2 Prod');
    expect(await unassigned()).toMatchObject({ name: 'Prod (unassigned)' });
    expect((await costs(`projects rename ${(await unassigned())?.id ?? ''} Rest`)).code).toBe(0);
    await costs('keys rename Prod Other');
    expect(await unassigned()).toMatchObject({ name: 'Rest' });
  });
});
