// @module-tag story

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { perform } from '../../src/commands/perform.js';
import { command as showForecast } from '../../src/commands/forecast.js';
import { command as showReport, type ReportOptions } from '../../src/commands/report.js';
import type { Forecast } from '../../src/domain/forecast.js';
import { add, formatDecimal, parseDecimal, ZERO } from '../../src/domain/decimal.js';
import type { Report } from '../../src/domain/report.js';
import { formatMoney } from '../../src/output/format.js';
import { CHROMIUM, launchChromium } from '../helpers/browser.js';
import { recordContext } from '../helpers/context.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { NOON } from '../helpers/emulator.js';
import { fillPageWorld, HOSTILE, LONG } from '../helpers/page-world.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase('postgresql');
  const { prisma } = test.database;
  await fillPageWorld(prisma);
  await prisma.budget.create({ data: { id: 'budget-1', teamId: 'team-1', currency: 'USD', amount: '9000' } });
  // One organization was read hours before the others.
  await prisma.$executeRaw`UPDATE collected_days SET read_at = '2026-11-23T02:00:00Z' WHERE ai_organization_id = 'org-3' AND read_at > '2026-11-23T02:00:00Z'`;
});
afterAll(() => test.drop());

const DEFAULTS: ReportOptions = { groupBy: ['project'], basis: 'best' };

/** Nothing is written between the tests: the same options make the same page. */
const made = new Map<string, Promise<string>>();

function html(options: Partial<ReportOptions> = {}): Promise<string> {
  const key = JSON.stringify(options);
  const page = made.get(key) ?? makePage(options);
  made.set(key, page);
  return page;
}

async function makePage(options: Partial<ReportOptions>): Promise<string> {
  const recorded = recordContext(test.database, NOON, { json: false });
  await perform(showReport, { ...DEFAULTS, format: 'html', ...options }, recorded.context);
  return recorded.text();
}

async function json(options: Partial<ReportOptions> = {}): Promise<Report> {
  const recorded = recordContext(test.database, NOON);
  await perform(showReport, { ...DEFAULTS, ...options }, recorded.context);
  return recorded.last() as Report;
}

async function forecastDocument(): Promise<Forecast> {
  const recorded = recordContext(test.database, NOON);
  await perform(showForecast, { groupBy: ['project'] }, recorded.context);
  return recorded.last() as Forecast;
}

describe('the page of a report, as text', () => {
  it('lets nobody who names a project write into it', async () => {
    const text = await html({ groupBy: ['project', 'line-item'] });
    expect(text).not.toContain('<img');
    expect(text).not.toContain('<script>window');
    expect(text.match(/<script/g)).toHaveLength(2);
    expect(text).toContain('&lt;/script&gt;&lt;script&gt;window.hacked = 1&lt;/script&gt;');
  });

  it('holds the rows that were asked for and nothing else: no other name, no key', async () => {
    const text = await html({ project: 'Labs' });
    expect(text).toContain('Labs');
    for (const other of [
      '<bdi>Search',
      'Assistant',
      'Prod',
      'window.hacked',
      'Claude',
      'org-1',
      'org-3',
      'abcd',
      'loopback',
    ])
      expect(text.includes(other), other).toBe(false);
    expect(text).toContain('project Labs');
    expect(text).not.toMatch(/[\w.]+@[\w-]+\.\w/);
  });

  it('carries the document of report --json, to the last digit', async () => {
    const text = await html({ groupBy: ['project', 'day'] });
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/.exec(text)?.[1] ?? '';
    expect(JSON.parse(data)).toEqual(await json({ groupBy: ['project', 'day'], columns: ['tokens', 'per-1m'] }));
  });

  it('compares whole months whole, and of a month that goes on as many days of the one before', async () => {
    const october = await html({ period: '2026-10' });
    expect(october).toContain('1–31 Oct against 1–30 Sep');
    expect(october).not.toContain('is in the total alone');
    const november = await html({ period: '2026-11' });
    expect(november).toContain('1–22 Nov against 1–22 Oct');
    expect(november).toContain('23 Nov is in the total alone');
  });

  it('shows the columns that were asked for beside the costs', async () => {
    const text = await html({ columns: ['per-1m', 'list'] });
    expect(text).toContain('<button type="button">per 1M</button>');
    expect(text).toMatch(/<td class="figure number" data-head="per 1M" data-rank="\d+">[\d,.]+<\/td>/);
    const [total = ''] = /<th scope="row" colspan="\d+">Total<\/th>[^]*?<\/tr>/.exec(text) ?? [];
    expect(total).toMatch(/data-head="per 1M">[\d,.]+<\/td>/);
    const { compared } = (await json()).totals.find(({ currency }) => currency === 'USD') ?? {};
    expect(total).toContain(`<td class="difference number"><data class="money" value="${compared?.difference ?? ''}"`);
  });

  it('says that there is nothing where there is nothing', async () => {
    const text = await html({ period: '2025-01' });
    expect(text).toContain('No costs in these days.');
    expect(text).toContain('31 days never read');
  });

  it('says where the running month ends, against the budget, and why projects moved and days stand out', async () => {
    const text = await html();
    const { totals } = await forecastDocument();
    const usd = totals.find(({ currency }) => currency === 'USD');
    expect(text).toContain(`Expected by 30 Nov: <b><data class="money" value="${usd?.expected ?? ''}"`);
    expect(text).toMatch(/over the budget of <data class="money" value="9000"[^]*?all of it by about 2\d Nov</);
    expect(text).toMatch(
      /data-mover="assistant"[^]*?<span class="why">Why: <bdi>[^<]*Claude Sonnet 4.5 Usage - Output Tokens/,
    );
    expect(text).toMatch(
      /data-mark="spike"[^]*?<span class="why">Why: <bdi>Search used 62 % more tokens, most of it gpt-5/,
    );
    expect(text).toMatch(/<bdi>EU<\/bdi> last read 23 Nov 02:00 UTC/);
    // What is left out of a report is in no budget of the whole team, and a month that is over ends nowhere else.
    expect(await html({ project: 'Labs' })).not.toContain('the budget of');
    expect(await html({ period: '2026-10' })).not.toContain('Expected by');
    // A budget is held against the best figures, not against bills alone.
    expect(await html({ basis: 'billed' })).not.toContain('the budget of');
    await expect(html({ groupBy: ['day'], sort: 'change' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('names neither hosts nor files, so that a browser has nothing to fetch', async () => {
    const text = await html();
    const urls = text.match(/\b(?:https?:)?\/\/[^\s"'<)]+/g) ?? [];
    expect(urls.filter((url) => url !== 'http://www.w3.org/2000/svg')).toEqual([]);
    expect(text).not.toMatch(/@import|<link(?! rel="icon" href="data:,")/);
    expect(text).not.toMatch(/ src=(?!x onerror)/);
  });
});

describe.skipIf(CHROMIUM === null)('the page of a report, in Chromium (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  interface Opened {
    page: Page;
    /** Everything the console said, and every address but the page's own that was asked for. */
    troubles: string[];
  }

  async function open(
    options: Partial<ReportOptions> = {},
    view: { width?: number; colorScheme?: 'light' | 'dark' } = {},
  ): Promise<Opened> {
    const folder = await mkdtemp(join(tmpdir(), 'costs-page-'));
    const file = join(folder, 'report.html');
    await writeFile(file, await html(options));
    const context = await browser.newContext({
      viewport: { width: view.width ?? 1100, height: 800 },
      colorScheme: view.colorScheme ?? 'light',
    });
    onTestFinished(async () => {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== `file://${file}` && request.url() !== 'data:,') troubles.push(request.url());
    });
    await page.goto(`file://${file}`, { waitUntil: 'load' });
    return { page, troubles };
  }

  /** The exact values and the shown texts of the amounts that a selector finds. */
  function amounts(page: Page, selector: string): Promise<{ exact: string; shown: string }[]> {
    return inPage(page, selector, `({ exact: each.getAttribute('value') ?? 'unknown', shown: each.textContent })`);
  }

  const expected = (costs: (string | null)[]) =>
    costs.map((cost) => ({ exact: cost ?? 'unknown', shown: cost === null ? 'unknown' : formatMoney(cost) }));

  it('prints a month on at most four sheets, bars included, and its total once', async () => {
    const { page } = await open();
    const sheets = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type \/Page\b/g) ?? [];
    expect(sheets.length).toBeLessThanOrEqual(4);
    await page.emulateMedia({ media: 'print' });
    const styles = await inPage(
      page,
      '#report tfoot, .movers .bar i',
      `({ display: getComputedStyle(each).display, color: getComputedStyle(each).printColorAdjust })`,
    );
    expect(styles).toContainEqual({ display: 'table-row-group', color: 'exact' });
    // On white, and no column beyond the edge, where nobody can scroll.
    const plain = await inPage(
      page,
      'body, .rows .scroll',
      `({ background: getComputedStyle(each).backgroundColor, overflow: getComputedStyle(each).overflowX })`,
    );
    expect(plain).toEqual(Array(2).fill({ background: 'rgba(0, 0, 0, 0)', overflow: 'visible' }));
  });

  it('asks for nothing and complains of nothing, and no name of a project runs', async () => {
    const { page, troubles } = await open({ groupBy: ['project', 'line-item'] });
    await page.getByLabel('By provider').first().check({ force: true });
    await page.locator('#search').fill('gpt');
    expect(troubles).toEqual([]);
    expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBeUndefined();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.locator('#report').textContent()).not.toContain('&lt;');
  });

  it('could not send anything even if a script wanted to', async () => {
    const { page } = await open();
    const sent = page.evaluate(() => fetch('http://127.0.0.1:9/').then(() => 'sent'));
    await expect(sent).rejects.toThrow(/Failed to fetch|Content Security Policy/);
    const injected = page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 1';
      document.body.append(script);
      window.hacked ?? null`);
    expect(await injected).toBeNull();
  });

  it('shows the figures of report --json in every breakdown, exact behind what is rounded', async () => {
    const { page } = await open();
    for (const word of ['project', 'organization', 'model', 'line-item'] as const) {
      const { rows } = await json({ groupBy: [word] });
      for (const currency of ['USD', 'EUR']) {
        const list = `.breakdown[data-report="${word}"][data-currency="${currency}"]`;
        const selector = `${list} :is(li, li > details > summary) > :is(.money, .unpriced):not(.below *)`;
        const costs = rows.filter((row) => row.currency === currency).map(({ cost }) => cost);
        expect(await amounts(page, selector), `${word} ${currency}`).toEqual(expected(costs));
      }
    }
  });

  it('shows the figures of report --json in its rows and totals', async () => {
    const { page } = await open({ groupBy: ['project', 'model'], top: 3 });
    const { rows, others = [], totals } = await json({ groupBy: ['project', 'model'], top: 3 });
    // One order of currencies from the head to the last row: that with the most rows first.
    const inOrder = <Row extends { currency: string }>(list: readonly Row[]) =>
      ['USD', 'EUR'].flatMap((currency) => list.filter((row) => row.currency === currency));
    expect(await amounts(page, '#report td.cost > :is(.money, .unpriced)')).toEqual(
      expected([...inOrder(rows), ...inOrder(others), ...inOrder(totals)].map(({ cost }) => cost)),
    );
    for (const selector of ['.total .amount > .money', 'header .totals .money'])
      expect(await amounts(page, selector)).toEqual(expected(inOrder(totals).map(({ cost }) => cost)));
  });

  it('draws over time what report --json says of each day, by project and by provider', async () => {
    const { page } = await open();
    for (const word of ['project', 'provider'] as const) {
      const { rows } = await json({ groupBy: [word, 'day'] });
      const usd = rows.filter(({ currency }) => currency === 'USD');
      const byName = new Map<string, Map<string, string>>();
      for (const row of usd) {
        const title = (word === 'project' ? row.project : row.provider) ?? '(old system)';
        const days = byName.get(title) ?? new Map<string, string>();
        // What is unknown beside a known cost is told by a mark, not instead of it.
        if (row.cost !== null || !days.has(row.day ?? '')) days.set(row.day ?? '', row.cost ?? 'unknown');
        byName.set(title, days);
      }
      const table = page.locator(`table[data-report="${word},day"][data-currency="USD"]`);
      const heads = (await table.locator('thead th').allTextContents()).slice(1);
      const lines = await inPage<{ day: string; costs: string[] }>(
        page,
        `table[data-report="${word},day"][data-currency="USD"] tbody tr`,
        `({ day: each.dataset.key, costs: [...each.querySelectorAll('td > *')].map((cell) => cell.getAttribute('value') ?? 'unknown') })`,
      );
      expect(lines).toHaveLength(23);
      expect(new Set(heads)).toEqual(new Set([...byName.keys(), 'Total']));
      for (const { day, costs } of lines) {
        const total = usd
          .filter((row) => row.day === day)
          .reduce((sum, { cost }) => add(sum, parseDecimal(cost ?? '0')), ZERO);
        const line = heads.map((head) =>
          head === 'Total' ? formatDecimal(total) : (byName.get(head)?.get(day) ?? '0'),
        );
        expect(costs, day).toEqual(line);
      }
    }
  });

  it('says that what has no price is unknown, which is no zero', async () => {
    const { page } = await open({ project: 'Tools' });
    expect(await page.locator('.total .amount').innerText()).toMatch(/^unknown/);
    expect(await page.locator('#report td.cost').innerText()).toMatch(/^unknown/);
    expect(await page.locator('.breakdown[data-report="model"] li').innerText()).toMatch(/gpt-secret.*unknown/s);
    expect(await page.locator('.over-time').innerText()).toContain('what it cost is unknown');
    expect(await page.locator('main').innerText()).not.toMatch(/\b0\.00\b/);
    expect(await page.locator('footer').innerText()).toContain('Some usage has no price');
    const all = await open();
    const lane = all.page.locator('[data-currency="USD"] .by-project .lane.unknown .means');
    expect(await lane.innerText()).toMatch(/partly unknown.*6 Nov/);
  });

  it('switches between projects and providers', async () => {
    const { page } = await open();
    const shown = (by: string) => page.locator(`.over-time .by-${by}`).first().isVisible();
    expect([await shown('project'), await shown('provider')]).toEqual([true, false]);
    await page.getByLabel('By provider').first().check({ force: true });
    expect([await shown('project'), await shown('provider')]).toEqual([false, true]);
  });

  it('finds rows by any part of them', async () => {
    const { page } = await open();
    const visible = () => page.locator('#report tbody tr:visible td:first-child').allTextContents();
    expect(await visible()).toHaveLength(8);
    await page.locator('#search').fill('eu assis');
    expect(await visible()).toEqual(['Assistant']);
    expect(await page.locator('#count').textContent()).toBe('1 of 8 rows');
    await page.locator('#search').fill('nothing like it');
    expect(await visible()).toEqual([]);
    await page.locator('#search').fill('');
    expect(await visible()).toHaveLength(8);
  });

  it('folds what is more than a few screens of rows, and finds what is folded', async () => {
    const { page } = await open({ groupBy: ['project', 'day'] });
    const rows = (which: string) => page.locator(`#report tbody tr${which}`).count();
    const all = await rows('');
    expect([await rows(':visible'), all > 100]).toEqual([40, true]);
    await page.getByLabel(`Show all ${all} rows`).check();
    expect(await rows(':visible')).toBe(all);
    await page.getByLabel(`Show all ${all} rows`).uncheck();
    await page.locator('#search').fill('assistant');
    expect(await rows(':visible')).toBeGreaterThan(20);
  });

  it('sorts by exact amounts and by names, either way', async () => {
    const { page } = await open({ groupBy: ['line-item'] });
    const costs = async () =>
      (await amounts(page, '#report tbody td.cost > .money')).map(({ exact }) => parseDecimal(exact));
    const click = (name: string) => page.getByRole('columnheader', { name }).getByRole('button').click();
    await click('Cost');
    const down = [...(await costs())].sort((a, b) => Number(b > a) - Number(b < a));
    expect(await costs()).toEqual(down);
    await click('Cost');
    expect(await costs()).toEqual([...down].reverse());
    expect(await page.locator('#report th.cost').getAttribute('aria-sort')).toBe('ascending');
    await click('Line item');
    const names = await page.locator('#report tbody td:first-child').allTextContents();
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
  });

  it('tells at a glance what is expensive, what moved, and why a day looks wrong', async () => {
    const { page } = await open();
    const first = page.locator('.currency-part').first();
    const top = await first.locator('.top li .who strong').allTextContents();
    expect(top).toEqual(['Search', 'Assistant', HOSTILE]);
    const mover = first.locator('.movers li').first();
    expect(await mover.textContent()).toMatch(/Assistant.*EU.*\+1,604\.02.*\+101 %/s);
    const days = await page.locator('.days').innerText();
    expect(days).toMatch(
      /17–18 Nov never read\s+EU was never read\. What it cost is missing here: a gap, not zero\. costs status/,
    );
    expect(days).toMatch(/20 Nov read half-way\s+EU was last read before the day ended/);
    expect(days).toMatch(
      /12 Nov spike\s+Search Prod cost 734\.95 USD, 4\.3 times .* Thursday\. It rose most in gpt-5, output/,
    );
    expect(days).toMatch(/10 Nov restated\s+The provider changed 2 rows .* −0\.38 USD in 2 projects/);
    for (const mark of ['gap', 'half-read', 'open', 'spike', 'restated'])
      expect(await first.locator(`.by-project .lane.${mark}`).count(), mark).toBe(1);
  });

  it('says what was read of each organization, day by day', async () => {
    const { page } = await open();
    const strip = (organization: string) =>
      page.locator(`.strips li[data-organization="${organization}"] .month b`).allTextContents();
    expect((await strip('org-3')).join('')).toBe(`${'▪'.repeat(16)}××▪°▪▪□`);
    expect((await strip('org-1')).join('')).toBe(`${'▪'.repeat(22)}□`);
  });

  it('points at a bar and tells what is in it', async () => {
    const { page } = await open();
    await page.locator('.by-project .hit').nth(11).hover();
    const tip = page.locator('.by-project .hit').nth(11).locator('.tip');
    expect(await tip.isVisible()).toBe(true);
    expect(await tip.innerText()).toMatch(/Thu 12 Nov\s+952\.52.*spike.*Search\s+734\.95/s);
  });

  it.each([
    [1100, 'wide'],
    [360, 'narrow'],
  ])('lays the places to point at over their bars, %i pixels wide', async (width, plot) => {
    const { page } = await open({}, { width });
    const centers = (selector: string) =>
      inPage<number>(page, selector, `(each.getBoundingClientRect().left + each.getBoundingClientRect().right) / 2`);
    const chart = '[data-currency="USD"] .by-project .chart';
    const hits = await centers(`${chart} .hit`);
    const bars = (await centers(`${chart} .plot.${plot} g[fill="url(#look-1)"] rect`)).sort((a, b) => a - b);
    expect(bars).toHaveLength(hits.length);
    for (const [index, center] of bars.entries()) expect(Math.abs(center - (hits[index] ?? 0))).toBeLessThan(1.5);
  });

  it.each([360, 768])('fits a screen of %i pixels', async (width) => {
    for (const options of [{}, { groupBy: ['project', 'line-item', 'model'] as const }, { period: 'ytd' }]) {
      const { page, troubles } = await open(options, { width });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const rows = await page.locator('#report tbody tr td.cost').first().boundingBox();
      expect((rows?.x ?? width) + (rows?.width ?? 0)).toBeLessThanOrEqual(width);
      expect(troubles).toEqual([]);
    }
  });

  it('has room for every column on a desktop', async () => {
    const { page } = await open({}, { width: 1280 });
    const [needed, there] = await page.evaluate<[number, number]>(
      `(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector('.scroll:has(#report)'))`,
    );
    expect(needed).toBeLessThanOrEqual(there);
  });

  it('is light or dark as its reader prefers, and legible in both', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open({}, { colorScheme });
      const colour = async (selector: string, property: string) => {
        const text = await page.evaluate<string>(
          `getComputedStyle(document.querySelector('${selector}')).getPropertyValue('${property}')`,
        );
        return (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
      };
      const paper = await colour('body', 'background-color');
      const [ink, muted] = [await colour('body', 'color'), await colour('.fine', 'color')];
      expect(contrast(paper, ink)).toBeGreaterThan(7);
      expect(contrast(paper, muted)).toBeGreaterThan(4.5);
      expect(luminance(paper) > 0.5).toBe(colorScheme === 'light');
    }
  });

  it('lets no label of a chart lie over another', async () => {
    for (const [options, width] of [
      [{}, 1100],
      [{ period: 'ytd' }, 1100],
      [{ period: 'ytd' }, 360],
    ] as const) {
      const { page } = await open(options, { width });
      const boxes = await inPage<{ left: number; right: number; top: number; bottom: number }>(
        page,
        `[data-currency="USD"] .by-project .plot.${width > 760 ? 'wide' : 'narrow'} text`,
        `each.getBoundingClientRect().toJSON()`,
      );
      expect(boxes.length).toBeGreaterThan(5);
      for (const [index, a] of boxes.entries())
        for (const b of boxes.slice(index + 1))
          expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
    }
  });

  it('shows a long name whole in its rows', async () => {
    const { page } = await open();
    expect(await page.locator('#report td.name', { hasText: LONG }).first().isVisible()).toBe(true);
  });
});

/** What an expression makes of each element that a selector finds. As text: the tests themselves know no document. */
function inPage<T>(page: Page, selector: string, expression: string): Promise<T[]> {
  return page.evaluate<T[]>(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((each) => ${expression})`);
}

function luminance(colour: readonly number[] = []): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: readonly number[] = [], b: readonly number[] = []): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}
