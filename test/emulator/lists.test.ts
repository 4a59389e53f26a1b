import { describe, expect, it } from 'vitest';
import { addProject } from '../../src/emulator/edits.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import { ask } from '../helpers/ask.js';
import { adminKey, anOrganization, NOON, openEmulator } from '../helpers/emulator.js';

const OPENAI = 'org-a';
const ANTHROPIC = 'b7c1f0aa-0000-4000-8000-000000000001';

async function openWith(count: number): Promise<Emulator> {
  const openai = anOrganization({ provider: 'openai', id: OPENAI });
  const anthropic = anOrganization({ provider: 'anthropic', id: ANTHROPIC, name: 'Acme EU' });
  for (const organization of [openai, anthropic]) {
    for (let index = 0; index < count; index++) addProject(organization, { id: `p${index}`, name: `Project ${index}` });
    addProject(organization, { id: 'old', name: 'Old', archivedAt: NOON });
  }
  return openEmulator({ world: { organizations: [openai, anthropic] } });
}

describe('GET /v1/organization/projects', () => {
  it('walks by the last id until has_more is false, and sets last_id on the final page too', async () => {
    const emulator = await openWith(45);
    const ids: string[] = [];
    for (let after = ''; ;) {
      const { json } = await ask(emulator, OPENAI, `/v1/organization/projects?${after}`);
      ids.push(...json.data.map(({ id }) => id));
      expect(json.last_id).toBe(ids.at(-1));
      if (!json.has_more) break;
      after = `after=${ids.at(-1) ?? ''}`;
    }
    expect(ids).toEqual(Array.from({ length: 45 }, (_, index) => `p${index}`));
    expect(emulator.requests).toHaveLength(3);
  });

  it('lists archived projects only when asked', async () => {
    const emulator = await openWith(1);
    const { json } = await ask(emulator, OPENAI, '/v1/organization/projects?include_archived=true&limit=100');
    expect(json.data).toMatchObject([
      { id: 'p0', object: 'organization.project', status: 'active', archived_at: null },
      { id: 'old', status: 'archived', archived_at: NOON.getTime() / 1000 },
    ]);
  });

  it.each(['limit=0', 'limit=101', 'limit=many', 'after=nobody'])('refuses %s', async (query) => {
    expect((await ask(await openWith(1), OPENAI, `/v1/organization/projects?${query}`)).status).toBe(400);
  });

  it('gives one project by its id, or 404', async () => {
    const emulator = await openWith(1);
    expect((await ask(emulator, OPENAI, '/v1/organization/projects/p0')).json).toMatchObject({ name: 'Project 0' });
    expect((await ask(emulator, OPENAI, '/v1/organization/projects/p9')).status).toBe(404);
  });
});

describe('GET /v1/organization/admin_api_keys', () => {
  it('shows the end of each key and when it expires', async () => {
    const emulator = await openWith(0);
    emulator
      .organization(OPENAI)
      .keys.push(adminKey({ provider: 'openai', id: 'second' }, { secret: 'sk-admin-tail', expiresAt: NOON }));
    const { json, text } = await ask(emulator, OPENAI, '/v1/organization/admin_api_keys?order=desc');
    expect(json.data[0]).toMatchObject({ redacted_value: 'sk-admin...tail', expires_at: NOON.getTime() / 1000 });
    expect(json.data[1]).toMatchObject({ expires_at: null });
    expect(text).not.toContain('sk-admin-tail');
  });
});

describe('GET /v1/organizations/workspaces', () => {
  it('walks by after_id and before_id, and never lists the default workspace', async () => {
    const emulator = await openWith(25);
    const first = await ask(emulator, ANTHROPIC, '/v1/organizations/workspaces');
    expect(first.json).toMatchObject({ has_more: true, first_id: 'p0', last_id: 'p19' });
    const second = await ask(emulator, ANTHROPIC, '/v1/organizations/workspaces?after_id=p19');
    expect(second.json.data.map(({ id }) => id)).toEqual(['p20', 'p21', 'p22', 'p23', 'p24']);
    expect(second.json).toMatchObject({ has_more: false, last_id: 'p24' });
    const back = await ask(emulator, ANTHROPIC, '/v1/organizations/workspaces?before_id=p20&limit=2');
    expect(back.json.data.map(({ id }) => id)).toEqual(['p18', 'p19']);
  });

  it('lists archived workspaces only when asked', async () => {
    const { json } = await ask(await openWith(0), ANTHROPIC, '/v1/organizations/workspaces?include_archived=true');
    expect(json.data).toMatchObject([{ id: 'old', type: 'workspace', archived_at: NOON.toISOString() }]);
  });

  it.each(['limit=0', 'limit=1001', 'after_id=nobody'])('refuses %s', async (query) => {
    expect((await ask(await openWith(1), ANTHROPIC, `/v1/organizations/workspaces?${query}`)).status).toBe(400);
  });
});

describe('GET /v1/organizations/me', () => {
  it('says whose key it is', async () => {
    expect((await ask(await openWith(0), ANTHROPIC, '/v1/organizations/me')).json).toEqual({
      id: ANTHROPIC,
      type: 'organization',
      name: 'Acme EU',
    });
  });
});
