// @module-tag story

import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import type { GroupWord } from '../../src/domain/dimensions.js';
import { readLineItem } from '../../src/providers/openai/line-item.js';
import { createReportStore } from '../../src/store/spend/report-store.js';
import { DATABASE_KINDS, useTestDatabase } from '../helpers/database.js';
import { LINE_ITEMS, readingOf } from '../helpers/line-items.js';
import { bill, fillProjects, TEAM } from '../helpers/spend.js';

const MIGRATION = new URL('../../prisma/migrations/20261127101050_line_items_read/migration.sql', import.meta.url);
const DAY = parseDay('2026-03-01');
const PIECES = ['gpt-5', 'x-1', ' | ', ', ', ' ', 'image', 'audio input', 'cache writes', '30m', 'output', 'flex', ','];

it.each(DATABASE_KINDS)('what earlier versions left empty is filled as today reads it, in %s', async (kind) => {
  const { database } = await useTestDatabase(kind);
  const { prisma, pool, sql } = database;
  await fillProjects(prisma);
  const odd = fc.array(fc.constantFrom(...PIECES, ', long context'), { minLength: 1, maxLength: 6 });
  const texts = new Set([...LINE_ITEMS.map(([item]) => item), ...fc.sample(odd, 800).map((words) => words.join(''))]);
  const items = [...texts].filter((text) => text !== 'gpt-5, input');
  await pool.query(
    `INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost)
     SELECT i, 'search', 'costs_v1', '2026-03-01', '2026-03-02', i, 'USD', 1 FROM unnest($1::text[]) AS i`,
    [items],
  );
  await bill(prisma, 'search', DAY, '2', { lineItem: 'lyra-8 audio, output [EUR]', currency: 'EUR' });
  await bill(prisma, 'assistant', DAY, '3', { lineItem: 'lyra-8 audio, output' });
  await pool.query(
    `INSERT INTO restatements (project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, old_cost, new_cost, cause, run_id, recorded_at)
     SELECT project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, 1, NULL, 'late', 'r', now() FROM cost_data WHERE id = 'zephyr, input'`,
  );
  const before = await prisma.costData.count();
  await pool.query(await readFile(MIGRATION, 'utf8'));

  const select = {
    model: true,
    modality: true,
    costType: true,
    tokenType: true,
    serviceTier: true,
    contextWindow: true,
  };
  const rows = await prisma.costData.findMany({
    where: { projectId: 'search' },
    select: { ...select, lineItem: true },
  });
  const stored = new Map(rows.map(({ lineItem, ...reading }) => [lineItem, reading]));
  for (const each of LINE_ITEMS) expect(stored.get(each[0])).toEqual(readingOf(each));
  for (const text of items) expect(stored.get(text), text).toEqual(readLineItem(text));
  expect(stored.get('lyra-8 audio, output [EUR]')).toEqual(readLineItem('lyra-8 audio, output'));
  expect(await prisma.costData.findFirst({ where: { projectId: 'assistant' }, select })).toMatchObject({
    model: null,
  });
  expect(await prisma.restatement.findMany({ select: { model: true } })).toEqual([{ model: 'zephyr' }]);
  expect(await prisma.costData.count()).toBe(before);

  // Cuts by API key do not carry it: it is told by the row they are of.
  await pool.query(
    `INSERT INTO cost_by_api_key (id, source, project_id, bucket_start_time, bucket_end_time, line_item, currency, api_key_id, model, token_type, service_tier, product, cost)
     SELECT 'k' || id, 'bill', project_id, bucket_start_time, bucket_end_time, line_item, currency, 'key_a', coalesce(model, ''), coalesce(token_type, ''), '', '', cost FROM cost_data WHERE project_id = 'search'`,
  );
  const report = async (groupBy: GroupWord[]) => {
    const { rows: found } = await createReportStore(sql).run({ teamId: TEAM, since: DAY, until: DAY, groupBy }, DAY);
    return new Map(found.map(({ modality, currency, cost }) => [`${modality} ${currency}`, cost]));
  };
  const [whole, byKey] = [await report(['modality']), await report(['modality', 'api-key'])];
  expect([...whole.keys()].sort()).toEqual([
    'audio EUR',
    'audio USD',
    'image USD',
    'null USD',
    'text USD',
    'video USD',
  ]);
  expect(byKey.get('audio USD')).toBe(whole.get('audio USD'));
});
