import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createDraft } from '../draft-file.js';
import { CostsError, codeOf } from '../errors.js';
import { makeFolder } from '../folder.js';
import { shell } from '../domain/shell.js';
import type { Keychain } from './keychain.js';

/** Stands in for the keychain where a person agreed to it: a file in the private folder that only its owner can read. */
export interface SessionFile extends Keychain {
  /** Where it is, while something is kept in it. */
  inUse(): Promise<string | null>;
}

/** Where earlier versions kept all accounts; what is there counts as long as it is not kept anew. */
const FORMER = 'session.json';

/**
 * A file an account: what two processes keep at once would otherwise replace each other's.
 * @param home asked for when it is needed: who has a token needs no home
 */
export function createSessionFile(home: () => string): SessionFile {
  const nameOf = (account: string) => `session-${encodeURIComponent(account)}.json`;
  const read = async (name: string): Promise<Record<string, string>> => {
    try {
      const path = join(home(), name);
      await checkPrivate(path);
      const kept = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown> | null;
      return Object.fromEntries(Object.entries(kept ?? {}).filter(isText));
    } catch (error) {
      // Whoever has no home has kept nothing.
      if (error instanceof CostsError && error.code === 'usage') return {};
      if (error instanceof CostsError) throw error;
      if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return {};
      throw unusable(join(home(), name), error);
    }
  };
  return {
    async inUse() {
      for (const name of await filesIn(home))
        if (/^session(?:-.+)?\.json$/.test(name) && Object.keys(await read(name)).length > 0) return join(home(), name);
      return null;
    },
    get: async (account) => (await read(nameOf(account)))[account] ?? (await read(FORMER))[account] ?? null,
    set: (account, text) => write(home(), nameOf(account), { [account]: text }),
    async remove(account) {
      await rm(join(home(), nameOf(account)), { force: true });
      const { [account]: removed, ...rest } = await read(FORMER);
      if (removed === undefined) return;
      if (Object.keys(rest).length === 0) await rm(join(home(), FORMER), { force: true });
      else await write(home(), FORMER, rest);
    },
  };
}

/** Whoever can write the file may have written something else into it. */
function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}

async function filesIn(home: () => string): Promise<string[]> {
  try {
    return await readdir(home());
  } catch {
    return [];
  }
}

async function checkPrivate(path: string): Promise<void> {
  const { mode } = await stat(path);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new CostsError('auth', `Others can read ${path}; it is not used.`, {
    hint: shell`What is in it may be known. To end that session and begin another: chmod 600 ${path} && costs login`,
  });
}

async function write(home: string, name: string, entries: Record<string, string>): Promise<void> {
  const path = join(home, name);
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
