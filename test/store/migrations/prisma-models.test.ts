// @module-tag story

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ourTables } from '../../../src/store/migrations/folder.js';
import { prismaModels } from '../../../src/store/migrations/prisma-models.js';

const PRISMA = fileURLToPath(new URL('../../../node_modules/prisma/build/index.js', import.meta.url));

it('prints models of every table that the schema of another application takes', async () => {
  const models = await prismaModels();
  for (const table of await ourTables()) expect(models).toContain(`@@map("${table}")`);
  expect(models).not.toMatch(/^(?:generator|datasource) /m);
  const folder = await mkdtemp(join(tmpdir(), 'costs-models-'));
  try {
    const path = join(folder, 'schema.prisma');
    const own = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel Order {\n  id Int @id\n}\n';
    await writeFile(path, `${own}\n${models}\n`);
    const { stdout } = await promisify(execFile)(process.execPath, [PRISMA, 'validate', '--schema', path], {
      env: { PATH: process.env.PATH, CHECKPOINT_DISABLE: '1', PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
      cwd: folder,
    });
    expect(stdout).toContain('is valid');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
