// @module-tag story

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { formatDecimal, parseDecimal, sum } from '../../src/domain/decimal.js';
import { perform } from '../../src/commands/perform.js';
import { command as showReport, type ReportOptions } from '../../src/commands/report.js';
import { CHROMIUM, launchChromium } from '../helpers/browser.js';
import { recordContext } from '../helpers/context.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { NOON } from '../helpers/emulator.js';
import { fillPageWorld } from '../helpers/page-world.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe.skipIf(CHROMIUM === null)(
  'the page of a report, for everybody (skipped where no Chromium is installed)',
  () => {
    let test: TestDatabase;
    let browser: Browser;
    let folder: string;
    let axe: string;

    beforeAll(async () => {
      test = await createTestDatabase('postgresql');
      await fillPageWorld(test.database.prisma);
      await test.database.prisma.budget.create({
        data: { id: 'budget-1', teamId: 'team-1', currency: 'USD', amount: '9000' },
      });
      browser = await launchChromium();
      folder = await mkdtemp(join(tmpdir(), 'costs-page-'));
      axe = await readFile(AXE, 'utf8');
    });
    afterAll(async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
      await test.drop();
    });

    const made = new Map<string, string>();

    async function open(
      options: Partial<ReportOptions> = {},
      view: Parameters<Browser['newContext']>[0] = {},
    ): Promise<Page> {
      const key = JSON.stringify(options);
      const file = made.get(key) ?? join(folder, `${made.size}.html`);
      if (!made.has(key)) {
        const recorded = recordContext(test.database, NOON, { json: false });
        await perform(
          showReport,
          { groupBy: ['project'], basis: 'best', format: 'html', ...options },
          recorded.context,
        );
        await writeFile(file, recorded.text());
        made.set(key, file);
      }
      const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...view });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      await page.goto(`file://${file}`);
      return page;
    }

    /** What axe-core finds wrong, with everything unfolded; it comes as the page's own policy lets nothing in. */
    async function violations(page: Page): Promise<string[]> {
      await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
      await page.evaluate(axe);
      const { violations: found, passes } = await page.evaluate<AxeResults>('axe.run(document)');
      expect(passes.length).toBeGreaterThan(20);
      return found.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary ?? ''}`),
      );
    }

    const views = [
      ['on a desktop', {}, {}],
      [
        'on a phone in the dark',
        { groupBy: ['project', 'day'] },
        { viewport: { width: 360, height: 780 }, colorScheme: 'dark' },
      ],
      ['in the dark', {}, { colorScheme: 'dark' }],
      ['on a phone', {}, { viewport: { width: 390, height: 844 }, hasTouch: true }],
      ['with nothing in it', { period: '2025-01' }, {}],
    ] as const;
    // Colours and widths are all in the first two; the long run looks at each alone.
    it.each(views.slice(0, inject('long') ? views.length : 2))(
      'has nothing that axe-core finds, %s',
      async (_where, options, view) => {
        const page = await open(
          { ...options, ...('groupBy' in options ? { groupBy: [...options.groupBy] } : {}) },
          view,
        );
        expect(await violations(page)).toEqual([]);
      },
    );

    it('leads by the keyboard alone to all that can be worked, and shows where one is', async () => {
      const page = await open();
      const steps: Step[] = [];
      for (let step = await tab(page); step !== null && steps.length < 500; step = await tab(page)) steps.push(step);
      for (const { what, width, outline } of steps) {
        expect(outline, what).not.toBe('none');
        expect(width, what).toBeGreaterThan(0);
      }
      const workable = 'summary:visible, a:visible, button:visible, #search, .scroll:visible, .switch input:checked';
      expect(steps).toHaveLength(await page.locator(workable).count());
      expect(steps.slice(-1)).toMatchObject([{ what: expect.stringMatching(/^(?:div|a|summary)/) as string }]);
      await page.locator('.switch input:checked').first().focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('.over-time .by-provider').first().isVisible()).toBe(true);
    });

    it('unfolds a project by the keyboard, down to the API keys that spent it and with what a million tokens cost', async () => {
      const page = await open();
      const ofProject = (title: string) =>
        page.locator('.breakdown[data-report="project"][data-currency="USD"] li.drill').filter({ hasText: title });
      const search = ofProject('Search');
      const unfold = async (of: Locator, title: string) => {
        await of.locator('summary').filter({ hasText: title }).first().focus();
        await page.keyboard.press('Enter');
      };
      expect(await search.getByText('key_live').first().isVisible()).toBe(false);
      await unfold(search, 'Search');
      expect(await search.innerText()).toMatch(/gpt-5 [\d.]+ per 1M tokens/);
      await unfold(search, 'gpt-5 ');
      await unfold(search, 'gpt-5, input');
      expect(await search.getByText('key_live').first().isVisible()).toBe(true);
      // Another report tells which keys spent of the project, and of no line item.
      await unfold(ofProject('Assistant EU'), 'Assistant');
      expect(await ofProject('Assistant EU').innerText()).toMatch(/By API key/);
    });

    it('adds up at every step of what it unfolds', async () => {
      const page = await open();
      const steps = await page.evaluate<
        { whole: string; parts: string[] }[]
      >(`[...document.querySelectorAll('.drill details')].map((each) => {
        const cost = (of) => of.querySelector(':scope > .money, :scope > details > summary > .money').getAttribute('value');
        const parts = [...each.querySelector(':scope > .below').children].filter((part) => !part.textContent.startsWith('By API key'));
        return { whole: each.querySelector(':scope > summary > .money').getAttribute('value'), parts: parts.map(cost) };
      })`);
      expect(steps.length).toBeGreaterThan(10);
      for (const { whole, parts } of steps)
        expect(formatDecimal(sum(parts.map((part) => parseDecimal(part))))).toBe(whole);
    });
  },
);

interface Step {
  what: string;
  width: number;
  outline: string;
}

/** Where the next step of the keyboard leads; null where the page ends. A radio button is shown by the text beside it. */
async function tab(page: Page): Promise<Step | null> {
  await page.keyboard.press('Tab');
  return page.evaluate(`(() => {
    const at = document.activeElement;
    if (at === null || at === document.body) return null;
    const shown = at.matches('.switch input') ? at.nextElementSibling : at;
    const outline = getComputedStyle(shown).outlineStyle;
    return { what: at.tagName.toLowerCase() + ' ' + at.textContent.slice(0, 40), width: shown.getBoundingClientRect().width, outline };
  })()`);
}
