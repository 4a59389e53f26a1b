import { createDraft } from '../draft-file.js';
import { CostsError } from '../errors.js';
import { copyRows, type CopyResult } from './copy.js';
import type { Database, OpenOptions } from './database.js';
import { embeddedFolders } from './embedded-folders.js';
import { lockEmbedded, openEmbedded } from './embedded.js';
import { restoreBackup } from './backup.js';
import { storeExists } from './open.js';
import { createStore, type Store } from './store.js';

/** The embedded store as a whole, also while DATABASE_URL points elsewhere. */
export interface EmbeddedStore {
  /** Whether it was ever created. */
  exists: boolean;
  /** The folder it lives in. */
  label: string;
  /**
   * Puts a backup in its place, once it was read and `agree` has not thrown.
   * @throws CostsError `usage` when the file is no backup; nothing was changed then
   */
  restore(path: string, agree: () => Promise<void>): Promise<void>;
  /** Opens it, also once it was moved, for as long as the work takes. */
  use<T>(work: (store: Store) => Promise<T>): Promise<T>;
  /** Copies everything in it to a server and marks it as moved; twice adds nothing. @throws CostsError */
  copyTo(target: Database): Promise<CopyResult>;
}

export function createEmbeddedStore(home: string, options: OpenOptions = {}): EmbeddedStore {
  const { root, moved } = embeddedFolders(home);
  const exists = storeExists({ kind: 'embedded', home });
  const withSource = async <T>(work: (source: Database) => Promise<T>): Promise<T> => {
    const { onMoved: _, ...rest } = options;
    const source = await openEmbedded(home, rest);
    try {
      await source.migrations.requireCurrent();
      return await work(source);
    } finally {
      await source.close();
    }
  };
  return {
    exists,
    label: root,
    restore: async (path, agree) => {
      const { folders, lock } = await lockEmbedded(home, options);
      try {
        await restoreBackup(folders, lock, path, agree);
      } finally {
        await lock.release();
      }
    },
    use: (work) => withSource((source) => work(createStore(source))),
    copyTo: async (target) => {
      if (!exists)
        throw new CostsError('usage', `There is no embedded store in ${root}.`, {
          hint: 'Set COSTS_HOME to the folder that holds it.',
        });
      if (target.kind !== 'postgresql')
        throw new CostsError('usage', 'The embedded store can be copied to a PostgreSQL server only.', {
          hint: 'Set DATABASE_URL to the server that should take it.',
        });
      return withSource(async (source) => {
        await target.migrations.requireCurrent();
        const result = await copyRows(source, target);
        const mark = await createDraft(moved);
        await mark.write(`${JSON.stringify({ to: target.label })}\n`);
        await mark.commit();
        return result;
      });
    },
  };
}
