import { describe, expect, it } from 'vitest';
import { perform } from '../../src/commands/perform.js';
import { command as showReport } from '../../src/commands/report.js';
import type { ProviderId } from '../../src/domain/provider.js';
import { parseDay } from '../../src/domain/day.js';
import { distinctNames } from '../../src/output/distinct-names.js';
import { recordContext } from '../helpers/context.js';
import { useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects } from '../helpers/spend.js';

const [ONE, TWO] = ['0a1b2c3d-0000-4000-8000-000000000001', '0a1b2c3d-1000-4000-8000-000000000002'];

describe('projects that have one name', () => {
  it('are shown with their organizations, and with a beginning of their ids where those are no help', () => {
    const search = (projectId: string, organization: string | null) => ({ project: 'Search', projectId, organization });
    const label = (rows: ReturnType<typeof search>[]) => rows.map(distinctNames(rows)).map(({ project }) => project);
    expect(label([search(ONE, 'Prod'), search(ONE, 'Prod')])).toEqual(['Search', 'Search']);
    expect(label([search(ONE, 'Prod'), search(TWO, 'Labs')])).toEqual(['Search (Prod)', 'Search (Labs)']);
    expect(label([search(ONE, 'Prod'), search(TWO, 'Prod')])).toEqual(['Search (0a1b2c3d-0)', 'Search (0a1b2c3d-1)']);
    expect(label([search(ONE, null), search('search-legacy', 'Prod')])).toEqual([
      'Search (0a1b2c3d)',
      'Search (search-legacy)',
    ]);
  });

  it('are told apart as organizations of one name are, by their provider, or by their ids where it is one', () => {
    const acme = (provider: ProviderId, organizationId: string) => ({ organization: 'Acme', organizationId, provider });
    const label = (rows: ReturnType<typeof acme>[]) => rows.map(distinctNames(rows)).map((row) => row.organization);
    expect(label([acme('openai', 'org-1'), acme('openai', 'org-1')])).toEqual(['Acme', 'Acme']);
    expect(label([acme('openai', 'org-1'), acme('anthropic', ONE)])).toEqual(['Acme (OpenAI)', 'Acme (Anthropic)']);
    const labs = { ...acme('anthropic', 'org-1'), organization: 'Labs' };
    expect(label([acme('openai', 'org-1'), acme('openai', 'org-2'), labs])).toEqual([
      'Acme (org-1)',
      'Acme (org-2)',
      'Labs',
    ]);
  });

  it('are told apart as API keys of one name are, by the ids that providers gave those', () => {
    const rows = ['key_1', 'key_2', null].map((apiKeyId) => ({ apiKey: apiKeyId === null ? null : 'ci', apiKeyId }));
    expect(rows.map(distinctNames(rows)).map(({ apiKey }) => apiKey)).toEqual(['ci (key_1)', 'ci (key_2)', null]);
  });

  it('are told apart in a report for people, and keep their names in its JSON', async () => {
    const { database } = await useTestDatabase('postgresql');
    const { prisma } = database;
    await fillProjects(prisma);
    const projects = await prisma.project.findMany({ where: { aiProvider: 'openai' }, orderBy: { id: 'asc' } });
    const [first, second] = projects;
    if (first === undefined || second === undefined) throw new Error('The world has two projects of OpenAI.');
    await prisma.project.updateMany({ where: { id: { in: [first.id, second.id] } }, data: { name: 'Twin' } });
    for (const { id } of [first, second]) await bill(prisma, id, parseDay('2026-11-20'), '3');
    const now = new Date('2026-11-23T12:00:00Z');
    const { context, text } = recordContext(database, now, { json: false });
    await perform(showReport, { period: '2026-11' }, context);
    expect(text().match(/Twin \([^)]+\)/g)).toHaveLength(2);
    const { context: machine, last } = recordContext(database, now, { json: true });
    await perform(showReport, { period: '2026-11' }, machine);
    expect((last() as { rows: { project: string }[] }).rows.map((row) => row.project)).toEqual(['Twin', 'Twin']);
  });
});
