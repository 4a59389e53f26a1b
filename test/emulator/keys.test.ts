import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.js';
import type { WorldKey } from '../../src/emulator/world.js';
import { ask, unix } from '../helpers/ask.js';
import { adminKey, anOrganization, NOON, openEmulator } from '../helpers/emulator.js';

const OPENAI = { provider: 'openai', id: 'org-a' } as const;
const ANTHROPIC = { provider: 'anthropic', id: 'b7c1f0aa-0000-4000-8000-000000000001' } as const;
const COSTS = `/v1/organization/costs?start_time=${unix('2026-11-01')}`;
const ME = '/v1/organizations/me';

function openWith(key: Partial<WorldKey> = {}): Promise<Emulator> {
  const organizations = [OPENAI, ANTHROPIC].map((organization) =>
    anOrganization({ ...organization, keys: [adminKey(organization, key)] }),
  );
  return openEmulator({ world: { organizations } });
}

describe('a key', () => {
  it.each([
    ['unknown', {}, 'not-one-of-ours'],
    ['revoked', { revoked: true }, undefined],
    ['expired', { expiresAt: NOON }, undefined],
  ])('that is %s gets 401 in the words of each provider', async (_, key, secret) => {
    const emulator = await openWith(key);
    const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}`, 'x-api-key': secret };
    const openai = await ask(emulator, OPENAI.id, COSTS, { headers });
    expect(openai.status).toBe(401);
    expect(openai.json.error).toMatchObject({ code: 'invalid_api_key', param: null, type: 'invalid_request_error' });
    const anthropic = await ask(emulator, ANTHROPIC.id, ME, { headers });
    expect(anthropic.status).toBe(401);
    expect(anthropic.json).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error', message: 'invalid x-api-key' },
    });
  });

  it('without the scope of an endpoint gets 403 that names the scope', async () => {
    const emulator = await openWith({ scopes: ['usage'] });
    expect((await ask(emulator, OPENAI.id, COSTS)).status).toBe(200);
    const refused = await ask(emulator, OPENAI.id, '/v1/organization/projects');
    expect(refused.status).toBe(403);
    expect(refused.json.error.message).toContain('Missing scopes: api.management.read');
  });

  it('of one provider opens nothing at the other', async () => {
    const emulator = await openWith();
    const secret = adminKey(OPENAI).secret;
    expect((await ask(emulator, ANTHROPIC.id, ME, { headers: { 'x-api-key': secret } })).status).toBe(401);
  });

  it('has to come in the header its provider wants, at Anthropic with the version', async () => {
    const emulator = await openWith();
    const bare = (path: string, headers: Record<string, string>): Promise<Response> =>
      fetch(emulator.baseUrl('anthropic') + path, { headers });
    expect((await bare(COSTS, {})).status).toBe(401);
    expect((await bare(ME, { authorization: `Bearer ${adminKey(ANTHROPIC).secret}` })).status).toBe(401);
    const unversioned = await bare(ME, { 'x-api-key': adminKey(ANTHROPIC).secret });
    expect(unversioned.status).toBe(400);
    expect(await unversioned.text()).toContain('anthropic-version');
  });
});

describe('an emulator', () => {
  it('logs what was asked and never a key', async () => {
    const emulator = await openWith();
    const { secret } = adminKey(OPENAI);
    await ask(emulator, OPENAI.id, `${COSTS}&key=${secret}`);
    await ask(emulator, ANTHROPIC.id, ME);
    expect(emulator.requests).toMatchObject([
      { provider: 'openai', organizationId: OPENAI.id, method: 'GET', path: '/v1/organization/costs', status: 200 },
      { provider: 'anthropic', organizationId: ANTHROPIC.id, path: ME, status: 200, fault: null },
    ]);
    expect(emulator.requests[0]?.headers).toContain('authorization');
    expect(emulator.requests[1]?.headers).toContain('anthropic-version');
    expect(JSON.stringify(emulator.requests)).not.toContain(secret);
    expect(JSON.stringify(emulator.requests)).not.toContain(adminKey(ANTHROPIC).secret);
  });

  it('tells the time of its own clock, and numbers its answers', async () => {
    const emulator = await openWith();
    const openai = await ask(emulator, OPENAI.id, COSTS);
    const anthropic = await ask(emulator, ANTHROPIC.id, ME);
    expect(openai.headers.get('date')).toBe(NOON.toUTCString());
    expect(openai.headers.get('x-request-id')).toMatch(/^req_/);
    expect(anthropic.headers.get('request-id')).not.toBe(openai.headers.get('x-request-id'));
  });

  it('answers 404 and 405 in the words of the provider', async () => {
    const emulator = await openWith();
    expect((await ask(emulator, OPENAI.id, '/v1/organization/nothing')).json.error.type).toBe('invalid_request_error');
    expect((await ask(emulator, ANTHROPIC.id, '/v1/organizations/nothing')).json.error.type).toBe('not_found_error');
    expect((await ask(emulator, OPENAI.id, COSTS, { method: 'POST' })).status).toBe(405);
  });

  it('says on which port it cannot listen', async () => {
    const emulator = await openWith();
    const port = Number(new URL(emulator.baseUrl('anthropic')).port);
    await expect(openEmulator({ world: { organizations: [] }, port })).rejects.toThrow(`127.0.0.1:${port}`);
  });
});
