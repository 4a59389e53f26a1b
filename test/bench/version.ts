import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Emulator } from '../../src/emulator/emulator.js';
import type { BenchServer, EmptyDatabase } from './server.js';
import { createTool, emulatorUrls, PROGRAM, registerKeys, type Tool } from './tool.js';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** A version of the tool that can be measured. */
export interface Version {
  name: string;
  program: string;
}

export const THIS: Version = { name: 'this version', program: PROGRAM };

/** Another commit, checked out, installed and built in a folder of its own. */
export async function checkOut(commit: string): Promise<Version & { drop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'costs-bench-version-'));
  await run('git', ['clone', '--quiet', '--shared', '--no-checkout', REPOSITORY, folder]);
  await run('git', ['checkout', '--quiet', commit], { cwd: folder });
  await run('npm', ['ci', '--silent'], { cwd: folder, maxBuffer: 2 ** 26 });
  return {
    name: commit,
    program: join(folder, 'bin', 'costs.js'),
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A tool of a version with a store of its own in PostgreSQL, in which the emulator's organizations are registered. */
export interface OwnStore {
  tool: Tool;
  url: string;
  query: EmptyDatabase['query'];
  /** The keys that its organizations are read with, for the environment. */
  keys: Record<string, string>;
  drop: () => Promise<void>;
}

export async function createStore(server: BenchServer, { program }: Version, emulator: Emulator): Promise<OwnStore> {
  const db = await server.createEmpty();
  const tool = await createTool({ DATABASE_URL: db.url, ...emulatorUrls(emulator) }, program);
  await tool.run(['db', 'migrate']);
  await db.query(`INSERT INTO teams (id, name) VALUES ('team-1', 'acme')`);
  return {
    tool,
    url: db.url,
    query: db.query,
    keys: await registerKeys(db, emulator),
    drop: async () => {
      await tool.drop();
      await db.drop();
    },
  };
}
