import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endOfDay, parseDay } from '../../src/domain/day.js';
import type { ProjectStore } from '../../src/domain/project.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';
import { createCollectionStore } from '../../src/store/collection/collection-store.js';
import { createProjectStore } from '../../src/store/projects.js';
import { createTestDatabase, DATABASE_KINDS, type TestDatabase } from '../helpers/database.js';
import { registerOrganization } from '../helpers/organization.js';
import { line } from '../helpers/lines.js';

describe.each(DATABASE_KINDS)('projects on %s', (kind) => {
  let test: TestDatabase;
  let prisma: PrismaClient;
  let projects: ProjectStore;

  beforeAll(async () => {
    test = await createTestDatabase(kind);
    prisma = test.database.prisma;
    projects = createProjectStore(prisma);
    await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerOrganization(prisma, 'openai', 'org-1');
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await prisma.$executeRaw`TRUNCATE cost_data, restatements, collected_days, projects CASCADE`;
  });

  const triple = { provider: 'openai', organizationId: 'org-1', providerProjectId: 'proj_1' } as const;
  const day = parseDay('2026-01-01');

  /** One collected row, and one restatement of it, in the project that spend of proj_1 belongs to. */
  async function collect(cost = '1') {
    const collection = createCollectionStore(prisma);
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

    const linked = await projects.link(triple, {
      teamId: 'team-1',
      name: 'Search',
      project: await projects.find('team-1', 'Search'),
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
    const linked = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    await collect();
    expect(await rowsOf(linked.id)).toMatchObject({ collected: 1 });
    expect(await projects.list('team-1')).toMatchObject([{ name: 'Search', linked: true }]);
  });

  it('link does nothing new the second time', async () => {
    await collect();
    const first = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    const second = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: first });
    expect(second).toEqual(first);
  });

  it('link refuses a project that holds another provider project', async () => {
    const search = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    const other = { ...triple, providerProjectId: 'proj_2' };
    await expect(projects.link(other, { teamId: 'team-1', name: 'Search', project: search })).rejects.toThrow(
      /already holds proj_1/,
    );
  });

  it('link refuses a provider project that is linked elsewhere, and moves nothing', async () => {
    await collect();
    const search = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    await expect(projects.link(triple, { teamId: 'team-1', name: 'Other', project: null })).rejects.toThrow(
      /linked to "Search" already/,
    );
    expect(await rowsOf(search.id)).toMatchObject({ collected: 1 });
  });

  it('link --all links every project under the name it has', async () => {
    await collect();
    expect(await projects.linkAll('team-1', {})).toMatchObject([{ name: 'search-prod', linked: true }]);
    expect(await projects.list('team-1', { unlinked: true })).toEqual([]);
  });

  it("unlink moves rows and history to a not-linked project with the provider's name; legacy rows stay", async () => {
    await collect('1');
    await collect('2');
    const search = await projects.link(triple, { teamId: 'team-1', name: 'Search', project: null });
    await prisma.costData.create({
      data: { id: 'legacy', projectId: search.id, date: new Date(), service: 'gpt-4', cost: '7' },
    });

    const automatic = await projects.unlink(search);

    expect(automatic).toMatchObject({ name: 'search-prod', linked: false, providerProjectId: 'proj_1' });
    expect(await rowsOf(automatic.id)).toEqual({ collected: 1, legacy: 0, restated: 1 });
    expect(await rowsOf(search.id)).toEqual({ collected: 0, legacy: 1, restated: 0 });
    expect(await collect('3')).toMatchObject({ updated: 1 });
  });

  it('unlink refuses what the old system reads by its openai_project_id', async () => {
    await prisma.project.create({ data: { id: 'old', teamId: 'team-1', name: 'Old', openaiProjectId: 'proj_1' } });
    await collect();
    await expect(projects.unlink(await projects.find('team-1', 'Old'))).rejects.toThrow(/by the old system/);
  });

  it('find names the ids when several projects go by one name', async () => {
    await prisma.project.createMany({ data: ['one', 'two'].map((id) => ({ id, teamId: 'team-1', name: 'Search' })) });
    await expect(projects.find('team-1', 'Search')).rejects.toMatchObject({
      message: '2 projects are called "Search".',
      hint: expect.stringMatching(/one.*two/) as string,
    });
    expect(await projects.find('team-1', 'two')).toMatchObject({ id: 'two' });
    await expect(projects.find('team-1', 'Nothing')).rejects.toThrow(/no project "Nothing"/);
  });

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
        total: 1,
      });
      expect(await projects.discovered(seen('search-prod'))).toEqual({ created: [], updated: 0, total: 1 });
      expect(await projects.list('team-1')).toMatchObject([{ name: 'search-prod', linked: false }]);
    });

    it('take the new name of the provider only while nobody has linked them', async () => {
      await projects.discovered(seen('before'));
      await projects.discovered(seen('after'));
      expect(await projects.list('team-1')).toMatchObject([{ name: 'after' }]);
      await projects.linkAll('team-1', {});
      await projects.discovered(seen('later'));
      expect(await projects.list('team-1')).toMatchObject([{ name: 'after', providerName: 'later' }]);
    });

    it('keep name and rows when the provider archives them', async () => {
      await collect();
      await projects.discovered(seen('search-prod', new Date('2026-02-01T00:00:00Z')));
      const [project] = await projects.list('team-1');
      expect(project).toMatchObject({ name: 'search-prod', archived: true });
      expect(await rowsOf(project?.id ?? '')).toMatchObject({ collected: 1 });
    });
  });
});
