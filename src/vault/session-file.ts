import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createDraft } from '../draft-file.js';
import { CostsError } from '../errors.js';
import { makeFolder } from '../folder.js';
import { shell } from '../domain/shell.js';
import type { Keychain } from './keychain.js';

/** Stands in for the keychain where a person agreed to it: a file in the private folder that only its owner can read. */
export interface SessionFile extends Keychain {
  /** Where it is, while something is kept in it. */
  inUse(): Promise<string | null>;
}

/** @param home asked for when it is needed: who has a token needs no home */
export function createSessionFile(home: () => string): SessionFile {
  const pathOf = () => join(home(), 'session.json');
  const read = async (): Promise<Record<string, string>> => {
    try {
      await checkPrivate(pathOf());
      return JSON.parse(await readFile(pathOf(), 'utf8')) as Record<string, string>;
    } catch (error) {
      // Whoever has no home has kept nothing.
      if (error instanceof CostsError && error.code === 'usage') return {};
      if (error instanceof CostsError) throw error;
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw unusable(pathOf(), error);
    }
  };
  return {
    inUse: async () => (Object.keys(await read()).length === 0 ? null : pathOf()),
    get: async (account) => (await read())[account] ?? null,
    async set(account, text) {
      await write(home(), pathOf(), { ...(await read()), [account]: text });
    },
    async remove(account) {
      const { [account]: removed, ...rest } = await read();
      if (removed === undefined) return;
      if (Object.keys(rest).length === 0) await rm(pathOf(), { force: true });
      else await write(home(), pathOf(), rest);
    },
  };
}

async function checkPrivate(path: string): Promise<void> {
  const { mode } = await stat(path);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new CostsError('auth', `Others can read ${path}; it is not used.`, {
    hint: shell`What is in it may be known. To end that session and begin another: chmod 600 ${path} && costs login`,
  });
}

async function write(home: string, path: string, entries: Record<string, string>): Promise<void> {
  try {
    await makeFolder(home);
    const draft = await createDraft(path);
    await draft.write(JSON.stringify(entries)).catch(async (error: unknown) => {
      await draft.discard();
      throw error;
    });
    await draft.commit();
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): CostsError {
  return new CostsError('auth', `The session file ${path} cannot be used.`, {
    hint: 'Check the rights of that folder, or use a token: COSTS_TOKEN',
    cause,
  });
}
