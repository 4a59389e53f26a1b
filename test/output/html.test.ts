import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import type { SpendPage } from '../../src/domain/spend-page.js';
import { daysSection } from '../../src/output/page/days.js';
import { markup, name, scriptJson, trusted } from '../../src/output/page/html.js';

describe('markup', () => {
  it('escapes what is put into it, in text and in attributes, and takes HTML as it is', () => {
    const evil = `<a href='x' title="y">&`;
    expect(markup`<p title="${evil}">${evil}</p>${trusted('<br>')}`.text).toBe(
      '<p title="&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;">&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;</p><br>',
    );
  });

  it('puts lists together and leaves out what is null', () => {
    expect(markup`<ul>${['a', 'b'].map((each) => markup`<li>${each}</li>`)}${null}${0}</ul>`.text).toBe(
      '<ul><li>a</li><li>b</li>0</ul>',
    );
  });

  it('shows control characters as a mark, and keeps a name from turning the text around it', () => {
    expect(name('a\u0007b\u001b[31m').text).toBe('<bdi>a\ufffdb\ufffd[31m</bdi>');
    expect(name('\u202eevil').text).toBe('<bdi>\u202eevil</bdi>');
  });

  it('writes JSON that no script element ends in', () => {
    const value = { name: '</script><!--\u2028' };
    const { text } = scriptJson(value);
    expect(text).not.toMatch(/[<>\u2028]/);
    expect(JSON.parse(text)).toEqual(value);
  });
});

it('the provider is said to have changed what it changed alone, and a project counts once', () => {
  const change = {
    day: parseDay('2026-11-10'),
    organization: 'Prod',
    currency: 'USD',
    rows: 1,
    recordedAt: new Date(0),
  };
  const [search, labs] = ['search', 'labs'].map((projectId) => ({ ...change, project: projectId, projectId }));
  const restated = [
    { ...search, cause: 'provider', difference: '1' },
    { ...search, cause: 'late', difference: '0.5' },
    { ...labs, cause: 'altered', difference: '-40' },
  ];
  const coverage = { gaps: [], halfRead: [], open: [], provisional: [] };
  const page = { report: { coverage }, spikes: [], restated, organizations: [] } as unknown as SpendPage;
  expect(daysSection(page).text.replace(/<[^>]+>/g, '')).toContain(
    'The provider changed 2 rows after the day had been read: +1.50 USD in 1 project.',
  );
});
