import { describe, expect, it } from 'vitest';
import { addDays, daysOf } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import { UNASSIGNED } from '../../src/domain/provider.js';
import { worldRow, type World, type WorldRow } from '../../src/emulator/world.js';
import { useCollector } from '../helpers/collector.js';
import { useTestDatabase } from '../helpers/database.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';
import { line } from '../helpers/lines.js';
import { today } from '../chaos/world.js';

const WRITES = 'Claude Sonnet 4.5 Usage - Input Tokens, Cache Write';
const OLD_SONNET = 'Claude Sonnet 3.5 Usage - Output Tokens';
const SPAN = { since: addDays(today, -5), until: addDays(today, -3) };

/** A row of which only model and token type say what it is. @param cents as the provider writes them */
function charge(description: string, model: string, tokenType: string, cents: string): WorldRow {
  const dimensions = { costType: 'tokens', contextWindow: '0-200k', serviceTier: 'standard', inferenceGeo: 'global' };
  return worldRow({ lineItem: description, amount: `"${cents}"`, dimensions: { ...dimensions, model, tokenType } });
}

const ROWS = [
  charge(WRITES, 'claude-sonnet-4-5-20250929', 'cache_creation.ephemeral_5m_input_tokens', '125'),
  charge(WRITES, 'claude-sonnet-4-5-20250929', 'cache_creation.ephemeral_1h_input_tokens', '200.5'),
  charge(OLD_SONNET, 'claude-3-5-sonnet-20240620', 'output_tokens', '10'),
  charge(OLD_SONNET, 'claude-3-5-sonnet-20241022', 'output_tokens', '30'),
  charge('Token usage', 'claude-opus-5', 'output_tokens', '7'),
  charge('Token usage', 'claude-sonnet-5', 'output_tokens', '8'),
];

describe('charges that come under one description', () => {
  async function start() {
    const days = new Map(daysOf(SPAN).map((day) => [day, ROWS]));
    const world: World = { organizations: [anOrganization({ provider: 'anthropic', id: 'org-1', days })] };
    const emulator = await openEmulator({ world, now: () => new Date() });
    const { database } = await useTestDatabase('postgresql');
    const collector = await useCollector(database, emulator);
    const stored = (day: string) =>
      database.prisma.costData.findMany({
        where: { bucketStartTime: new Date(`${day}T00:00:00Z`) },
        select: { lineItem: true, model: true, tokenType: true },
        orderBy: { lineItem: 'asc' },
      });
    return { ...collector, database, stored };
  }

  it('are kept apart, each with its model and token type', async () => {
    const { collect, stored } = await start();
    await collect(SPAN);
    const [write, output] = ['cache_creation.ephemeral_', 'output_tokens'];
    expect(await stored(SPAN.since)).toEqual([
      { lineItem: OLD_SONNET, model: 'claude-3-5-sonnet-20240620', tokenType: output },
      { lineItem: `${OLD_SONNET} · 20241022`, model: 'claude-3-5-sonnet-20241022', tokenType: output },
      { lineItem: WRITES, model: 'claude-sonnet-4-5-20250929', tokenType: `${write}5m_input_tokens` },
      { lineItem: `${WRITES} · 1h`, model: 'claude-sonnet-4-5-20250929', tokenType: `${write}1h_input_tokens` },
      { lineItem: 'Token usage · claude-opus-5', model: 'claude-opus-5', tokenType: output },
      { lineItem: 'Token usage · claude-sonnet-5', model: 'claude-sonnet-5', tokenType: output },
    ]);
  });

  it('were added up by earlier versions: what is split now is no restatement', async () => {
    const { collect, store, database } = await start();
    const requestedAt = new Date(Date.now() - 86_400_000);
    await store.collection.writeWindow({
      provider: 'anthropic',
      organizationId: 'org-1',
      organizationName: 'org-1',
      teamId: 'team-1',
      runId: 'earlier',
      lease: null,
      days: daysOf(SPAN),
      requestedAt,
      lines: daysOf(SPAN).flatMap((day) => [
        line(day, UNASSIGNED, WRITES, '3.255', { model: 'claude-sonnet-4-5-20250929' }),
        line(day, UNASSIGNED, OLD_SONNET, '0.4', { tokenType: 'output_tokens' }),
        line(day, UNASSIGNED, 'Token usage', '0.15', { tokenType: 'output_tokens' }),
      ]),
      projects: new Map(),
      acceptRestatement: false,
      forced: false,
    });
    const { organizations } = await collect(SPAN, { forced: false });
    expect(organizations[0]).toMatchObject({ status: 'ok', restated: { rows: 0, days: 0, difference: [] } });
    const ledger = await database.prisma.restatement.findMany();
    expect(new Set(ledger.map(({ cause }) => cause))).toEqual(new Set(['regrouped']));
    expect(ledger.length).toBeGreaterThan(daysOf(SPAN).length);
    const total = organizations[0]?.totals[0]?.cost ?? '';
    expect(parseDecimal(total)).toBe(parseDecimal('11.415'));
  });
});
