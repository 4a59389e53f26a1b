import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endOfDay, parseDay } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import type { Project, ProjectStore } from '../../src/domain/project.js';
import { ALWAYS } from '../../src/domain/tag.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';
import type { StatementPool } from '../../src/store/statements.js';
import { SCOPE_OF_TEAM } from '../../src/domain/budget.js';
import { createBudgetStore } from '../../src/store/budgets.js';
import { createCollectionStore } from '../../src/store/collection/collection-store.js';
import { ensureProjects } from '../../src/store/collection/resolve-projects.js';
import { link, unlink } from '../../src/store/project-links.js';
import { BELONGINGS } from '../../src/store/project-move.js';
import { createProjectStore } from '../../src/store/projects.js';
import { createReportStore } from '../../src/store/spend/report-store.js';
import { createOrganizations } from '../../src/store/organizations.js';
import { createTagStore } from '../../src/store/tags.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../helpers/database.js';
import { registerOrganization } from '../helpers/organization.js';
import { line } from '../helpers/lines.js';

describe.each(STORY_KINDS)('projects on %s', (kind) => {
  let test: TestDatabase;
  let prisma: PrismaClient;
  let sql: StatementPool;
  let projects: ProjectStore;

  beforeAll(async () => {
    test = await createTestDatabase(kind);
    ({ prisma, sql } = test.database);
    projects = createProjectStore(test.database);
    await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerOrganization(prisma, 'openai', 'org-1');
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await prisma.$executeRaw`TRUNCATE cost_data, restatements, collected_days, budgets, projects CASCADE`;
  });

  const triple = { provider: 'openai', organizationId: 'org-1', providerProjectId: 'proj_1' } as const;
  const day = parseDay('2026-01-01');

  /** One collected row, and one restatement of it, in the project that spend of proj_1 belongs to. */
  async function collect(cost = '1') {
    const collection = createCollectionStore(sql);
    const requestedAt = new Date(endOfDay(day).getTime() + Number(cost) * 1000);
    const names = new Map([['proj_1', { id: 'proj_1', name: 'search-prod', archivedAt: null }]]);
    const source = {
      provider: 'openai',
      organizationId: 'org-1',
      organizationName: 'Prod',
      teamId: 'team-1',
      runId: 'run-1',
      lease: null,
    } as const;
    return collection.writeWindow({
      ...source,
      days: [day],
      requestedAt,
      lines: [line(day, 'proj_1', 'a', cost)],
      projects: names,
      acceptRestatement: false,
      forced: false,
    });
  }

  async function named(text: string): Promise<Project> {
    const project = (await projects.list('team-1')).find(({ name }) => name === text);
    if (project === undefined) throw new Error(`There is no project ${text}.`);
    return project;
  }

  const rowsOf = async (id: string) => ({
    collected: await prisma.costData.count({ where: { projectId: id, bucketStartTime: { not: null } } }),
    legacy: await prisma.costData.count({ where: { projectId: id, bucketStartTime: null } }),
    restated: await prisma.restatement.count({ where: { projectId: id } }),
  });

  it('link moves the triple, its rows and its history, and deletes the emptied automatic project', async () => {
    await collect('1');
    await collect('2');
    await prisma.project.create({ data: { id: 'search', teamId: 'team-1', name: 'Search' } });
    await prisma.costData.create({
      data: { id: 'legacy', projectId: 'search', date: new Date(), service: 'gpt-4', cost: '7' },
    });

    const { project: linked } = await projects.link(triple, {
      teamId: 'team-1',
      name: 'Search',
      project: await named('Search'),
    });

    expect(linked).toMatchObject({
      id: 'search',
      name: 'Search',
      linked: true,
      providerProjectId: 'proj_1',
      providerName: 'search-prod',
    });
    expect(await rowsOf('search')).toEqual({ collected: 1, legacy: 1, restated: 1 });
    expect(await prisma.project.count()).toBe(1);
    expect(await collect('3')).toMatchObject({ updated: 1, newProjects: [] });
    expect(await rowsOf('search')).toEqual({ collected: 1, legacy: 1, restated: 2 });
  });

  it('link makes a project of a name that does not exist, before anything was collected too', async () => {
    const { project: linked } = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    await collect();
    expect(await rowsOf(linked.id)).toMatchObject({ collected: 1 });
    expect(await projects.list('team-1')).toMatchObject([{ name: 'Search', linked: true }]);
  });

  it('are listed by name, and those of one name by the organization they come from', async () => {
    const made = (id: string, aiOrganizationId: string) =>
      prisma.project.create({
        data: {
          ...{ id, teamId: 'team-1', name: 'Default' },
          ...{ aiProvider: 'openai', aiOrganizationId, aiProjectId: id },
        },
      });
    await made('p-1', 'org-3');
    await made('p-2', 'org-1');
    await made('p-3', 'org-2');
    await prisma.project.create({ data: { id: 'p-0', teamId: 'team-1', name: 'Archive' } });
    expect((await projects.list('team-1')).map(({ id }) => id)).toEqual(['p-0', 'p-2', 'p-3', 'p-1']);
  });

  it('link does nothing new the second time', async () => {
    await collect();
    const { project: first } = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    const { project: second } = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: first });
    expect(second).toEqual(first);
  });

  it('link refuses a project that holds another provider project', async () => {
    const { project: search } = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    const other = { ...triple, providerProjectId: 'proj_2' };
    await expect(projects.link(other, { teamId: 'team-1', name: 'Search', project: search })).rejects.toThrow(
      /already holds proj_1/,
    );
  });

  it('link refuses a provider project that is linked elsewhere, and moves nothing', async () => {
    await collect();
    const { project: search } = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    await expect(projects.link(triple, { teamId: 'team-1', name: 'Other', project: null })).rejects.toThrow(
      /linked to "Search" already/,
    );
    expect(await rowsOf(search.id)).toMatchObject({ collected: 1 });
  });

  it.skipIf(kind === 'embedded')(
    'link takes over what a sync makes at the same moment, instead of failing for it',
    async () => {
      const { project: search } = await projects.link(
        { ...triple, providerProjectId: 'proj_2' },
        { teamId: 'team-1', name: 'Search', project: null },
      );
      await projects.unlink('team-1', search);
      const target = await prisma.project.findUniqueOrThrow({ where: { id: search.id } });
      let linked: Promise<unknown> | undefined;
      await prisma.$transaction(async (tx) => {
        await tx.$executeRaw`
        INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id) VALUES ('made', 'team-1', 'search-prod', 'openai', 'org-1', 'proj_1')`;
        linked = projects.link(triple, { teamId: 'team-1', name: 'Search', project: { ...search, id: target.id } });
        linked.catch(() => undefined);
        await untilWaiting();
      });
      await linked;
      expect(await projects.list('team-1')).toContainEqual(
        expect.objectContaining({ id: search.id, providerProjectId: 'proj_1', linked: true }),
      );
      expect(await prisma.project.count({ where: { aiProjectId: 'proj_1' } })).toBe(1);
    },
  );

  /** Until a session of this database waits for a lock. */
  async function untilWaiting(): Promise<void> {
    for (;;) {
      const [row] = await prisma.$queryRaw<[{ waits: boolean }]>`
        SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS waits`;
      if (row.waits) return;
      await setTimeout(10);
    }
  }

  it('link --all links every project under the name it has', async () => {
    await collect();
    expect(await projects.linkAll('team-1', {})).toMatchObject([{ name: 'search-prod', linked: true }]);
    expect(await projects.list('team-1', { unlinked: true })).toEqual([]);
  });

  it("unlink moves rows and history to a not-linked project with the provider's name; legacy rows stay", async () => {
    await collect('1');
    await collect('2');
    const { project: search } = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    await prisma.costData.create({
      data: { id: 'legacy', projectId: search.id, date: new Date(), service: 'gpt-4', cost: '7' },
    });

    const { project: automatic } = await projects.unlink('team-1', search);

    expect(automatic).toMatchObject({ name: 'search-prod', linked: false, providerProjectId: 'proj_1' });
    expect(await rowsOf(automatic.id)).toEqual({ collected: 1, legacy: 0, restated: 1 });
    expect(await rowsOf(search.id)).toEqual({ collected: 0, legacy: 1, restated: 0 });
    expect(await collect('3')).toMatchObject({ updated: 1 });
  });

  it('link and unlink take nothing from what the old system reads by its openai_project_id', async () => {
    await prisma.project.create({ data: { id: 'old', teamId: 'team-1', name: 'Old', openaiProjectId: 'proj_1' } });
    await collect();
    await expect(projects.unlink('team-1', await named('Old'))).rejects.toThrow(/by the old system/);
    // As another program may have left it.
    await prisma.project.update({ where: { id: 'old' }, data: { linkedAt: null } });
    await prisma.project.create({ data: { id: 'search', teamId: 'team-1', name: 'Search' } });
    const target = { teamId: 'team-1', name: 'Search', project: await named('Search') };
    await expect(projects.link(triple, target)).rejects.toThrow(/by the old system/);
  });

  it('budgets and tags are for projects of their own team alone', async () => {
    await prisma.project.create({ data: { id: 'search', teamId: 'team-1', name: 'Search' } });
    const months = { month: null, from: null };
    const scope = { ...SCOPE_OF_TEAM, ...months, projectId: 'search', currency: 'USD', amount: parseDecimal('5') };
    const budgets = createBudgetStore(test.database);
    await budgets.set({ ...scope, teamId: 'team-1' });
    await expect(budgets.set({ ...scope, teamId: 'team-2' })).rejects.toMatchObject({ code: 'conflict' });
    await createTagStore(sql).set('team-2', [{ projectId: 'search', key: 'product', value: 'x', from: ALWAYS }]);
    expect([await prisma.budget.count(), await prisma.projectTag.count()]).toEqual([1, 0]);
  });

  describe('everything that hangs on a project', () => {
    const automatic = async () => (await projects.list('team-1', { unlinked: true }))[0]?.id ?? '';
    const own = (id: string) => prisma.project.create({ data: { id, teamId: 'team-1', name: id } });
    const tag = (projectId: string, value: string | null, key = 'product', from = '2026-01-01') =>
      prisma.projectTag.create({ data: { projectId, key, validFrom: new Date(from), value } });
    const budget = (projectId: string, amount: string, months: { month?: string; from?: string } = {}) =>
      prisma.budget.create({
        data: { id: `${projectId} ${amount}`, teamId: 'team-1', projectId, currency: 'USD', amount, ...months },
      });
    const tagsOf = async (projectId: string) =>
      (await prisma.projectTag.findMany({ where: { projectId }, orderBy: [{ key: 'asc' }, { validFrom: 'asc' }] })).map(
        ({ value }) => value,
      );
    const budgetsOf = async (projectId: string) =>
      (await prisma.budget.findMany({ where: { projectId }, orderBy: { amount: 'asc' } })).map(({ amount }) =>
        amount.toFixed(),
      );

    it('moves with a link, and what the receiving project has of its own stays and is told', async () => {
      await collect('1');
      await collect('2');
      const from = await automatic();
      await own('search');
      await tag(from, 'Theirs');
      await tag(from, 'Later', 'product', '2026-06-01');
      await tag(from, 'Only here', 'team');
      await tag('search', 'Before', 'product', '2025-01-01');
      await tag('search', 'Ours');
      await tag('search', 'Until then', 'team', '2025-01-01');
      await tag('search', null, 'team', '2025-12-01');
      await budget(from, '10');
      await budget(from, '20', { month: '2026-02' });
      await budget(from, '30', { from: '2026-03' });
      await budget(from, '40', { month: '2026-10' });
      await budget('search', '99', { from: '2026-03' });
      await budget('search', '88', { month: '2026-10' });
      const { move } = await projects.link(triple, {
        teamId: 'team-1',
        name: 'search',
        project: await named('search'),
      });
      expect(move).toEqual({
        moved: { costs: 1, usage: 0, changes: 1, tags: 1, budgets: 2 },
        gaveWay: [
          { kind: 'tag', name: 'product', at: '2026-01-01', kept: 'Ours', dropped: 'Theirs' },
          { kind: 'tag', name: 'product', at: '2026-06-01', kept: 'Ours', dropped: 'Later' },
          { kind: 'budget', name: 'USD', at: '2026-03', kept: '99', dropped: '30' },
          { kind: 'budget', name: 'USD', at: '2026-10', kept: '88', dropped: '40' },
        ],
      });
      expect(await tagsOf('search')).toEqual(['Before', 'Ours', 'Until then', null, 'Only here']);
      expect(await budgetsOf('search')).toEqual(['10', '20', '88', '99']);
      expect(await prisma.project.count()).toBe(1);
    });

    it.each([
      ['all', true],
      ['none', false],
    ] as const)('under the policy %s, a project first seen is linked: %s', async (policy, linked) => {
      await createOrganizations(prisma).setLinkPolicy('team-2', 'openai', 'org-1', policy === 'all' ? 'none' : 'all');
      await createOrganizations(prisma).setLinkPolicy('team-1', 'openai', 'org-1', policy);
      await collect();
      expect(await projects.list('team-1')).toMatchObject([{ name: 'search-prod', linked }]);
      const [project] = await projects.list('team-1');
      if (project !== undefined && linked) await projects.unlink('team-1', project);
      await collect('2');
      expect(await projects.list('team-1')).toMatchObject([{ linked: false }]);
      await createOrganizations(prisma).setLinkPolicy('team-1', 'openai', 'org-1', 'none');
    });

    it('moves back when it is unlinked; legacy rows stay, under the tags they had', async () => {
      await collect();
      const { project } = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
      await tag(project.id, 'Search');
      await budget(project.id, '10');
      await prisma.costData.create({
        data: { id: 'legacy', projectId: project.id, date: new Date(), service: 'gpt-4', cost: '7' },
      });
      const { project: freed, move } = await projects.unlink('team-1', project);
      expect(move).toEqual({ moved: { costs: 1, usage: 0, changes: 0, tags: 1, budgets: 1 }, gaveWay: [] });
      expect([await tagsOf(freed.id), await tagsOf(project.id)]).toEqual([['Search'], ['Search']]);
      expect([await budgetsOf(freed.id), await budgetsOf(project.id)]).toEqual([['10'], []]);
    });

    it('moves to the project of the old system at its first sync, which says so', async () => {
      await collect();
      await tag(await automatic(), 'Search');
      await prisma.project.create({ data: { id: 'old', teamId: 'team-1', name: 'Old', openaiProjectId: 'proj_1' } });
      expect((await collect('2')).adopted).toEqual([
        {
          project: 'Old',
          projectId: 'old',
          moved: { costs: 1, usage: 0, changes: 0, tags: 1, budgets: 0 },
          gaveWay: [],
        },
      ]);
      expect(await tagsOf('old')).toEqual(['Search']);
      expect(await prisma.project.count()).toBe(1);
    });

    it.each(['link', 'sync'] as const)(
      'leaves a project of which the old system has rows, with its tags: %s',
      async (by) => {
        await collect();
        const from = await automatic();
        await tag(from, 'Search');
        await prisma.costData.create({
          data: { id: 'legacy', projectId: from, date: new Date(), service: 'gpt-4', cost: '7' },
        });
        const openaiProjectId = by === 'sync' ? 'proj_1' : null;
        await prisma.project.create({ data: { id: 'old', teamId: 'team-1', name: 'Old', openaiProjectId } });
        if (by === 'sync') await collect('2');
        else await projects.link(triple, { teamId: 'team-1', name: 'Old', project: await named('Old') });
        expect(await rowsOf('old')).toMatchObject({ collected: 1, legacy: 0 });
        expect(await rowsOf(from)).toMatchObject({ collected: 0, legacy: 1 });
        expect([await tagsOf('old'), await tagsOf(from)]).toEqual([['Search'], ['Search']]);
      },
    );

    it('leaves a project that has a name of its own, from a person or another program', async () => {
      await collect();
      const from = await automatic();
      await prisma.project.update({ where: { id: from }, data: { name: 'Named by the application' } });
      await own('search');
      await projects.link(triple, { teamId: 'team-1', name: 'search', project: await named('search') });
      expect(await prisma.project.findUnique({ where: { id: from } })).toMatchObject({ aiProjectId: null });
      expect(await rowsOf('search')).toMatchObject({ collected: 1 });
    });

    it.each(['a table of another program refers to it', 'costs db adopt found it'])('stays where %s', async (why) => {
      await collect();
      const from = await automatic();
      const isReferred = why !== 'costs db adopt found it';
      if (isReferred) await prisma.$executeRaw`CREATE TABLE seats (project text REFERENCES projects ON DELETE CASCADE)`;
      if (isReferred) await prisma.$executeRaw`INSERT INTO seats VALUES (${from})`;
      const record = JSON.stringify({ kind: 'costs-adoption', projects: isReferred ? {} : { [from]: [] } });
      await prisma.$executeRaw`
        UPDATE "_prisma_migrations" SET logs = ${record} WHERE migration_name LIKE '%baseline'`;
      await own('search');
      try {
        await projects.link(triple, { teamId: 'team-1', name: 'search', project: await named('search') });
        if (isReferred) expect(await prisma.$queryRaw`SELECT * FROM seats`).toEqual([{ project: from }]);
        expect(await prisma.project.findUnique({ where: { id: from } })).toMatchObject({ aiProjectId: null });
        expect(await rowsOf('search')).toMatchObject({ collected: 1 });
      } finally {
        await prisma.$executeRaw`DROP TABLE IF EXISTS seats`;
        await prisma.$executeRaw`UPDATE "_prisma_migrations" SET logs = NULL WHERE migration_name LIKE '%baseline'`;
      }
    });

    it('stays with its team where the provider project goes to another team: only what was collected moves', async () => {
      await prisma.team.upsert({ where: { id: 'team-2' }, create: { id: 'team-2', name: 'other' }, update: {} });
      const made = async (id: string) => {
        await tag(id, 'Theirs');
        await prisma.budget.create({ data: { id, teamId: 'team-2', projectId: id, currency: 'USD', amount: 10 } });
      };
      const madeBy = async () => [
        await prisma.projectTag.findMany({ select: { projectId: true } }),
        await prisma.budget.findMany({ select: { projectId: true, teamId: true } }),
      ];
      const there = (projectId: string) => [[{ projectId }], [{ projectId, teamId: 'team-2' }]];
      await collect();
      const linked = await named('search-prod');
      await prisma.project.update({
        where: { id: linked.id },
        data: { teamId: 'team-2', linkedAt: new Date() },
      });
      await made(linked.id);
      const { project: freed, move } = await projects.unlink('team-2', linked);
      expect(move?.moved).toMatchObject({ costs: 1, tags: 0, budgets: 0 });
      expect(await named('search-prod')).toMatchObject({ id: freed.id });
      expect(await madeBy()).toEqual(there(linked.id));

      await prisma.projectTag.deleteMany();
      await prisma.budget.deleteMany();
      await prisma.project.update({ where: { id: freed.id }, data: { teamId: 'team-2' } });
      await made(freed.id);
      await prisma.project.create({ data: { id: 'old', teamId: 'team-1', name: 'Old', openaiProjectId: 'proj_1' } });
      expect((await collect('2')).adopted).toMatchObject([{ moved: { costs: 1, tags: 0, budgets: 0 } }]);
      expect(await rowsOf('old')).toMatchObject({ collected: 1 });
      expect(await madeBy()).toEqual(there(freed.id));
    });

    it('leaves what API keys spent behind where both had bills of a day, so that reports by key go on adding up', async () => {
      await collect('5');
      const mine = await prisma.project.create({ data: { id: 'mine', teamId: 'team-1', name: 'Mine' } });
      const source = await named('search-prod');
      await prisma.$executeRaw`
        INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost) VALUES
          ('adopted', ${mine.id}, 'costs_v1', '2026-01-01', '2026-01-02', 'b', 'USD', 3),
          ('next', ${source.id}, 'costs_v1', '2026-01-02', '2026-01-03', 'a', 'USD', 7)`;
      await prisma.$executeRaw`
        INSERT INTO cost_by_api_key (id, project_id, bucket_start_time, bucket_end_time, source, api_key_id, line_item, currency, model, token_type, service_tier, product, cost)
        SELECT 'cut of ' || id, project_id, bucket_start_time, bucket_end_time, 'bill', 'key_a', line_item, currency, '', '', '', '', cost
        FROM cost_data WHERE project_id = ${source.id}`;
      await projects.link(triple, { teamId: 'team-1', name: 'Mine', project: await named('Mine') });
      const span = { since: day, until: parseDay('2026-01-02') };
      const { rows } = await createReportStore(sql).run(
        { ...span, teamId: 'team-1', groupBy: ['day', 'api-key'], basis: 'billed' },
        parseDay('2026-02-01'),
      );
      expect(rows.map((row) => [row.day, row.apiKeyId, row.cost])).toEqual([
        ['2026-01-01', null, '8'],
        ['2026-01-02', 'key_a', '7'],
      ]);
    });

    it('is known: no foreign key to projects cascades, and each is one of those that move', async () => {
      const keys = await prisma.$queryRaw<{ table: string; deletes: string }[]>`
        SELECT conrelid::regclass::text AS table, confdeltype::text AS deletes FROM pg_constraint
        WHERE contype = 'f' AND confrelid = 'projects'::regclass ORDER BY 1`;
      expect(keys).toEqual(
        BELONGINGS.map(({ table }) => ({ table, deletes: 'r' })).sort((a, b) => (a.table < b.table ? -1 : 1)),
      );
    });

    it('stays with its team', async () => {
      await collect();
      await prisma.team.upsert({ where: { id: 'team-2' }, create: { id: 'team-2', name: 'other' }, update: {} });
      const before = await projects.list('team-1');
      const stolen = { teamId: 'team-2', name: 'Stolen', project: null };
      const never = { ...triple, providerProjectId: 'proj_never' };
      for (const each of [triple, never])
        await expect(projects.link(each, stolen)).rejects.toThrow(/This team has no OpenAI project/);
      const [ours] = before;
      if (ours === undefined) throw new Error('nothing was collected');
      await expect(projects.unlink('team-2', ours)).rejects.toThrow(/not there/);
      await expect(projects.rename('team-2', ours, 'Theirs')).rejects.toThrow(/not there/);
      expect(await projects.byProviderProject('team-2', 'openai', 'proj_1')).toEqual([]);
      expect(await projects.list('team-1')).toEqual(before);
      expect(await projects.list('team-2')).toEqual([]);
    });
  });

  // The embedded store has one connection: nothing can happen in between.
  it.runIf(kind === 'postgresql').each(['unlink', 'link'] as const)(
    'a window and a %s wait for one another, so that no row is left without a source',
    async (change) => {
      await collect('1');
      const { project } = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
      if (change === 'link') await projects.unlink('team-1', project);
      const target =
        change === 'link' ? await prisma.project.create({ data: { id: 'target', teamId: 'team-1', name: 'T' } }) : null;
      const relink = () =>
        target === null
          ? projects.unlink('team-1', project)
          : named('T').then((found) => projects.link(triple, { teamId: 'team-1', name: 'T', project: found }));
      // Held after the look-up, before the rows are written: where the fault was.
      let relinked: Promise<unknown> = Promise.resolve();
      await prisma.$transaction(async (tx) => {
        const origin = { ...triple, organizationName: 'Prod', teamId: 'team-1', projects: new Map() };
        const { projectIds } = await ensureProjects(tx, origin, new Map([['proj_1', null]]));
        let settled = false;
        relinked = relink().finally(() => (settled = true));
        await setTimeout(300);
        expect(settled).toBe(false);
        await tx.costData.create({
          data: {
            id: 'late',
            projectId: projectIds.get('proj_1') ?? '',
            apiVersion: 'costs_v1',
            bucketStartTime: new Date('2026-01-05'),
            bucketEndTime: new Date('2026-01-06'),
            lineItem: 'late',
            currency: 'USD',
            cost: '5',
          },
        });
      });
      await relinked;
      // The other way round: the window waits, and finds the project that has the triple then.
      const before = await projects.byProviderProject('team-1', 'openai', 'proj_1');
      let window: Promise<unknown> = Promise.resolve();
      await prisma.$transaction(async (tx) => {
        await link(tx, triple, { teamId: 'team-1', name: 'Again', project: null }).catch(() => undefined);
        const [held] = before;
        if (held?.linked === true) await unlink(tx, 'team-1', held);
        window = collect('3');
        await setTimeout(300);
      });
      await window;
      const stranded = await prisma.costData.count({ where: { project: { aiProjectId: null } } });
      expect(stranded).toBe(0);
      expect(await prisma.costData.count()).toBe(2);
    },
  );

  describe('discovered', () => {
    const origin = { provider: 'openai', organizationId: 'org-1', organizationName: 'Prod', teamId: 'team-1' } as const;
    const seen = (name: string, archivedAt: Date | null = null) => ({
      ...origin,
      projects: new Map([['proj_1', { id: 'proj_1', name, archivedAt }]]),
    });

    it('appear as not linked, once', async () => {
      expect(await projects.discovered(seen('search-prod'))).toEqual({
        created: ['search-prod'],
        updated: 0,
        renamed: [],
        total: 1,
      });
      expect(await projects.discovered(seen('search-prod'))).toMatchObject({ created: [], updated: 0, total: 1 });
      expect(await projects.list('team-1')).toMatchObject([{ name: 'search-prod', linked: false }]);
    });

    it('take the new name of the provider only while nobody has linked them', async () => {
      await projects.discovered(seen('before'));
      expect(await projects.discovered(seen('after'))).toMatchObject({
        updated: 1,
        renamed: [{ from: 'before', to: 'after' }],
      });
      expect(await projects.list('team-1')).toMatchObject([{ name: 'after' }]);
      await projects.linkAll('team-1', {});
      expect(await projects.discovered(seen('later'))).toMatchObject({ updated: 1, renamed: [] });
      expect(await projects.list('team-1')).toMatchObject([{ name: 'after', providerName: 'later' }]);
    });

    it('keep the name that another program or a person gave them', async () => {
      const from = { aiProvider: 'openai', aiOrganizationId: 'org-1', aiProjectId: 'proj_1' };
      await prisma.project.create({ data: { id: 'theirs', teamId: 'team-1', name: 'Our Search', ...from } });
      for (const name of ['before', 'after'])
        expect(await projects.discovered(seen(name))).toMatchObject({ updated: 1, renamed: [] });
      expect(await projects.list('team-1')).toMatchObject([{ name: 'Our Search', providerName: 'after' }]);
    });

    it('keep name and rows when the provider archives them', async () => {
      await collect();
      await projects.discovered(seen('search-prod', new Date('2026-02-01T00:00:00Z')));
      const [project] = await projects.list('team-1');
      expect(project).toMatchObject({ name: 'search-prod', archived: true });
      await projects.discovered(seen('  '));
      expect(await projects.list('team-1')).toMatchObject([{ name: 'search-prod', archived: false }]);
      expect(await rowsOf(project?.id ?? '')).toMatchObject({ collected: 1 });
    });
  });
});
