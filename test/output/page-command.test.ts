import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../src/domain/day.js';
import type { DatabaseTarget } from '../../src/store/open.js';
import { useMachine } from '../helpers/costs.js';
import { useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects, markRead } from '../helpers/spend.js';
import { HAS_TERMINAL, inTerminal } from '../helpers/terminal.js';

const PROGRAM = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));

describe('costs report --format html', () => {
  it('writes a whole page into a file and says nothing, or writes it into a pipe', { tags: ['story'] }, async () => {
    const { database, target } = await useTestDatabase('postgresql');
    const yesterday = addDays(toDay(new Date()), -1);
    await fillProjects(database.prisma);
    await bill(database.prisma, 'search', yesterday, '12.500000000000000000000000000001');
    await markRead(database.prisma, ['openai', 'org-1'], [yesterday], new Date());
    const machine = await useMachine({ DATABASE_URL: urlOf(target), COSTS_TEAM: 'acme' });
    const file = join(machine.home, 'report.html');
    const written = await machine.costs(['report', '--period', 'last-7d', '--format', 'html', '--output', file]);
    expect(written).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const page = await readFile(file, 'utf8');
    expect(page).toContain('value="12.500000000000000000000000000001"');
    expect(page).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    expect((await readdir(machine.home)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const piped = await machine.costs(['report', '--period', 'last-7d', '--format', 'html']);
    expect(piped.code).toBe(0);
    expect(withoutTimes(piped.stdout)).toBe(withoutTimes(page));

    // Keys have a place on it once bills tell them, and a page of how bills were has none.
    expect(page).not.toContain('data-report="api-key"');
    await database.prisma.$executeRaw`
      INSERT INTO cost_by_api_key (id, project_id, bucket_start_time, bucket_end_time, source, api_key_id, line_item, currency, model, token_type, service_tier, product, cost)
      SELECT 'cut', project_id, bucket_start_time, bucket_end_time, 'bill', 'key_of_ci', line_item, currency, '', '', '', '', cost FROM cost_data`;
    const keyed = await machine.costs(['report', '--period', 'last-7d', '--format', 'html']);
    expect(keyed.stdout).toMatch(/data-report="api-key"[^]*key_of_ci/);
    const asOf = await machine.costs(['report', '--period', 'last-7d', '--format', 'html', '--as-of', '0h']);
    expect(asOf).toMatchObject({ code: 0, stdout: expect.not.stringContaining('key_of_ci') as string });
  });

  it('lists the most expensive thousand of more rows, and adds up the others', { tags: ['story'] }, async () => {
    const { database, target } = await useTestDatabase('postgresql');
    await fillProjects(database.prisma);
    await database.prisma.$executeRaw`
      INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost)
      SELECT 'row ' || n, 'search', 'costs_v1', '2026-10-01', '2026-10-02', 'item ' || n, 'USD', n FROM generate_series(1, 1200) n`;
    const machine = await useMachine({ DATABASE_URL: urlOf(target), COSTS_TEAM: 'acme' });
    const { stdout } = await machine.here(['report', '2026-10', '--group-by', 'day,line-item', '--format', 'html']);
    const [rows = ''] = /<table[^>]*id="report"[^]*?<\/table>/.exec(stdout) ?? [];
    expect(rows.match(/<tr>/g)).toHaveLength(1 + 1000 + 2);
    expect(rows).toContain('item 201<');
    expect(rows).not.toContain('item 200<');
    expect(rows).toContain('200 others');
    expect(rows).toContain('value="720600"');
    expect(stdout).toContain('Rows by day, line item');
  });

  it.skipIf(!HAS_TERMINAL)('refuses to fill a terminal with a page, and opens nothing', async () => {
    const machine = await useMachine();
    const { code, screen } = await inTerminal(
      [process.execPath, PROGRAM, 'report', '--format', 'html', '--no-color'],
      { PATH: process.env.PATH, HOME: machine.home, COSTS_HOME: join(machine.home, 'costs') },
      [],
    );
    expect(code).toBe(2);
    expect(screen).toContain('standard output is a terminal');
    expect(screen).toContain('-o report.html');
    expect(await readdir(machine.home)).not.toContain('costs');
  });
});

function urlOf(target: DatabaseTarget): string {
  if (target.kind !== 'postgresql') throw new Error('These tests run on a server.');
  return target.url;
}

/** Two runs are made at two times. */
function withoutTimes(page: string): string {
  return page.replace(/Made [\w ]+ [\d:]+ UTC/, '');
}
