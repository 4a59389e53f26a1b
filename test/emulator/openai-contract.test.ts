import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import { generateWorld } from '../../src/emulator/generate.js';
import { generateUsage } from '../../src/emulator/generate-usage.js';
import { ENDPOINTS } from '../../src/emulator/openai/usage-endpoints.js';
import { amountText } from '../../src/emulator/world.js';
import { ask, unix } from '../helpers/ask.js';
import { openEmulator } from '../helpers/emulator.js';

const SHAPES = JSON.parse(
  readFileSync(new URL('../fixtures/openai/answers.schema.json', import.meta.url), 'utf8'),
) as AnySchemaObject;

function schemaOf(path: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(SHAPES, 'openai');
  return ajv.compile({ $ref: `openai#/answers/${encodeURIComponent(path.replaceAll('/', '~1'))}` });
}

/** The schema knows amounts as numbers only; that the wire has strings as well is a quirk of its own. */
function openGenerated(): Promise<Emulator> {
  const world = generateWorld({
    seed: 3,
    until: parseDay('2026-11-22'),
    days: 40,
    organizations: [{ provider: 'openai', id: 'org-a', projects: 6, lineItems: 30, currencies: ['eur'] }],
  });
  for (const rows of world.organizations[0]?.days.values() ?? []) {
    for (const row of rows) row.amount = amountText(row.amount);
  }
  for (const organization of world.organizations) {
    const until = parseDay('2026-11-22');
    organization.usage = generateUsage(organization, { seed: 3, until, days: 3, perDay: 2, models: ['gpt-5', 'o3'] });
  }
  return openEmulator({ world });
}

describe('the shapes that OpenAI publishes hold', () => {
  it.each([
    ['/organization/costs', `start_time=${unix('2026-10-20')}&limit=31&group_by[]=project_id&group_by[]=line_item`],
    ['/organization/costs', `start_time=${unix('2026-10-20')}`],
    ['/organization/costs', `start_time=${unix('2026-10-20')}&group_by[]=api_key_id`],
    ...Object.entries(ENDPOINTS).flatMap(([name, { groupBy }]) => [
      [
        `/organization/usage/${name}`,
        `start_time=${unix('2026-11-20')}&limit=31&${groupBy.map((group) => `group_by[]=${group}`).join('&')}`,
      ],
      [`/organization/usage/${name}`, `start_time=${unix('2026-11-20')}&bucket_width=1h&limit=24`],
    ]),
    ['/organization/projects', 'include_archived=true&limit=3'],
    ['/organization/projects/{project_id}', ''],
    ['/organization/admin_api_keys', ''],
  ])('for %s?%s', async (path, query) => {
    const emulator = await openGenerated();
    const asked = await ask(emulator, 'org-a', `/v1${path.replace('{project_id}', 'proj_org-a_1')}?${query}`);
    expect(asked.status).toBe(200);
    const validate = schemaOf(path);
    expect(validate(asked.json), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  });

  it('and refuses an answer that does not hold it', async () => {
    const emulator = await openGenerated();
    const { json } = await ask(emulator, 'org-a', `/v1/organization/costs?start_time=${unix('2026-11-20')}`);
    const validate = schemaOf('/organization/costs');
    const [bucket] = json.data;
    const rows = bucket?.results.map((row) => ({ ...row, amount: { value: '1', currency: 'usd' } }));
    expect(validate({ ...json, data: [{ ...bucket, results: rows }] })).toBe(false);
    expect(validate({ ...json, has_more: 'no' })).toBe(false);
  });
});
