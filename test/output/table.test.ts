import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { createStyle } from '../../src/output/style.js';
import { renderProjects, type ListedProject } from '../../src/output/projects.js';
import { renderRoomyTable, renderTable, type Column, type TableContent } from '../../src/output/table.js';
import type { Output } from '../../src/output/output.js';

const STYLE = createStyle(true);
const NAMES = [
  'Customer support assistant, second generation, Europe, pilot',
  'a-project-whose-name-has-sixty-characters-and-no-space-at-al',
  '顧客サポート向けアシスタント第二世代欧州パイロット運用プロジェクト',
  '🚀🧪 experiments 👩‍🔬 of the research team 🧬 and their friends 🎉',
  'مساعد خدمة العملاء للجيل الثاني في أوروبا والشرق الأوسط كله',
  '👨‍👩‍👧‍👦 families, flags 🇩🇪🇯🇵, thumbs 👍🏽, hearts ❤️ and letters of e\u0301 two',
];
const right = (head: string): Column => ({ head, align: 'right' });
const COLUMNS: Column[] = [
  { head: 'Project' },
  { head: 'Organization', lesser: 'context' },
  { head: 'USD', align: 'right' },
  { head: 'Share', align: 'right', lesser: 'share' },
  { head: 'Change', align: 'right', lesser: 'difference' },
  { head: 'vs 1–22 Oct', align: 'right', lesser: 'change' },
  { head: 'Days', lesser: 'sparkline' },
];
const ROWS = Array.from({ length: 200 }, (_, index) => [
  STYLE.dim(NAMES[index % NAMES.length] ?? ''),
  'Acme Production Europe',
  `${index},204.55`,
  '46 %',
  '+2,140.02',
  '+13 %',
  '▂▂▃▃▂▅█',
]);

describe('a table', () => {
  it.each([60, 80, 140])('of 200 names fits %d columns, and every name is whole', { tags: ['story'] }, (width) => {
    const lines = renderTable(COLUMNS, ROWS, { style: STYLE, width }).split('\n');
    for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(width);
    const letters = (text: string) => plain(text).replace(/\s/g, '');
    const shown = letters(lines.map((line) => firstColumn(plain(line))).join(''));
    for (const name of NAMES) expect(shown).toContain(letters(name));
  });

  it('lets lesser columns go before it wraps a name: bars, shares, comparison, then what was not asked for', () => {
    const heads = (width: number) =>
      plain(
        renderTable(COLUMNS, [['growth-exp', ...(ROWS[0] ?? []).slice(1)]], { style: STYLE, width }).split('\n')[0] ??
          '',
      ).split(/ {2,}/);
    expect(heads(140)).toEqual(['Project', 'Organization', 'USD', 'Share', 'Change', 'vs 1–22 Oct', 'Days']);
    expect(heads(80)).toEqual(['Project', 'Organization', 'USD', 'Share', 'Change', 'vs 1–22 Oct']);
    expect(heads(72)).toEqual(['Project', 'Organization', 'USD', 'Change', 'vs 1–22 Oct']);
    expect(heads(60)).toEqual(['Project', 'Organization', 'USD', 'vs 1–22 Oct']);
    expect(heads(30)).toEqual(['Project', 'USD']);
  });

  it('lets no column go for one long name, which is wrapped', () => {
    const [, ...rest] = ROWS[0] ?? [];
    const rows = [
      ['growth-exp', ...rest],
      [`${NAMES[0] ?? ''}, for all of its customers`, ...rest],
    ];
    const [head, ...lines] = plain(renderTable(COLUMNS, rows, { style: STYLE, width: 125 })).split('\n');
    expect(head).toMatch(/^Project .* Organization .* USD .* Share .* Change .* vs 1–22 Oct .* Days$/);
    expect(lines).toHaveLength(3);
  });

  it('lets no mark stand alone before a name that is written without spaces', () => {
    const rows = [['⚠ 顧客サポート向けアシスタント 1', '842,475.20']];
    const shown = renderTable([{ head: 'Project' }, right('USD')], rows, { style: createStyle(false), width: 41 });
    expect(shown.split('\n').slice(1)).toEqual(['⚠ 顧客サポート向けアシスタン  842,475.20', 'ト 1']);
    const hyphens = [['⚠ a-name-of-forty-letters-and-hyphens-for-us', '1.00']];
    expect(
      renderTable([{ head: 'Project' }, { head: 'USD', align: 'right' }], hyphens, { style: STYLE, width: 48 }),
    ).toMatch(/^⚠ a-name-of-forty-letters-and-hyphens-for-/m);
  });

  it('shares its room between columns where a name is written without spaces', () => {
    const rows = [['株式会社アクメ研究所・欧州統括本部', '7 of 7 days equal to its rows read again']];
    const shown = renderTable([{ head: 'Name' }, { head: 'Days' }], rows, { style: createStyle(false), width: 40 });
    expect(shown.split('\n').slice(1)).toEqual([
      '株式会社アクメ研究  7 of 7 days equal',
      '所・欧州統括本部    to its rows read',
      '                    again',
    ]);
  });

  it('lets a detail go where words would be broken beside it, and not before', () => {
    const columns: Column[] = [{ head: '' }, { head: '', align: 'right' }, { head: '', lesser: 'detail' }];
    const rows = [['Yesterday', '78,313.02', 'expected, 2,245,617.65 – 2,316,141.19']];
    const shown = (width: number) => renderTable(columns, rows, { style: createStyle(false), width });
    expect(shown(40)).toBe(
      'Yesterday  78,313.02  expected,\n                      2,245,617.65 –\n                      2,316,141.19',
    );
    expect(shown(32)).toBe('Yesterday  78,313.02');
  });

  it('wraps text between words, and never a figure while text can give way', () => {
    expect(
      renderTable([{ head: 'Name' }, { head: 'USD', align: 'right' }], [['one two three', '1,234.56']], {
        style: createStyle(false),
        width: 18,
      }),
    ).toBe('Name          USD\none two  1,234.56\nthree');
  });

  it('breaks words anywhere before a figure, which would be another one in two pieces', () => {
    const rows = [['gpt-5-2026-08-07', '1,200,000,000', '1,488,081.36']];
    const columns: Column[] = [{ head: 'Model' }, right('Tokens'), right('USD')];
    const shown = renderTable(columns, rows, { style: createStyle(false), width: 34 });
    expect(shown.split('\n').slice(0, 2)).toEqual([
      'Model         Tokens           USD',
      'gpt-   1,200,000,000  1,488,081.36',
    ]);
  });

  it('has room while words and figures stay whole', () => {
    const columns: Column[] = [{ head: 'Name' }, ...['Volume', 'Price'].map((head) => right(head))];
    const rows = [['one two-three', '+1,234.56', '−1,891.68']];
    const narrow = (): TableContent => [[{ head: 'Narrow' }], [['x']]];
    const isRoomy = (width: number) =>
      !renderRoomyTable([columns, rows], narrow, { style: STYLE, width }).includes('Narrow');
    expect([32, 31, 30].map(isRoomy)).toEqual([true, true, false]);
  });

  it('is whole where standard output is no terminal', () => {
    const lines = renderTable(COLUMNS, ROWS, { style: STYLE, width: Infinity }).split('\n');
    expect(lines).toHaveLength(ROWS.length + 1);
    for (const [index, row] of ROWS.entries())
      for (const cell of row) expect(lines[index + 1]).toContain(plain(cell).slice(0, 20));
  });

  it('shows ids of ours as short as they can be told apart, and those of others whole', () => {
    const project = (id: string, linked: boolean): ListedProject =>
      ({
        id,
        name: 'growth-exp',
        provider: 'openai',
        organizationId: 'org-1',
        providerProjectId: 'proj_1',
        linked,
        archived: false,
        organization: 'Acme',
      }) as ListedProject;
    const projects = [
      project('0b6f1d3e-1111-4111-8111-111111111111', false),
      project('0b6f1d3e-2111-4111-8111-111111111111', true),
      project('search-production', true),
    ];
    const text = renderProjects({ projects }, { style: createStyle(false), width: 140 } as Output);
    expect(text).toMatch(/⚠ growth-exp .* 0b6f1d3e-1\n/);
    expect(text).toMatch(/^growth-exp .* search-production$/m);
    expect(renderProjects({ projects: [] }, {} as Output, { unlinked: true })).toMatch(
      /^No project is left to link\. .* → costs projects discover$/,
    );
  });
});

function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- colours
  return text.replace(/\u001b\[\d+m/g, '');
}

/** Names hold single spaces only; columns are two apart. */
function firstColumn(line: string): string {
  return line.startsWith('  ') ? '' : (line.split(/ {2,}/)[0] ?? '');
}
