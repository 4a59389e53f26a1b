import type { CollectionStore } from '../domain/collection.js';
import type { ProjectStore } from '../domain/project.js';
import type { RunStore } from '../domain/run.js';
import { createCollectionStore } from './collection/collection-store.js';
import type { Database } from './database.js';
import { createProjectStore } from './projects.js';
import { createRunStore } from './runs.js';

/** The repositories, on a schema that is current. */
export interface Store {
  readonly database: Database;
  readonly collection: CollectionStore;
  readonly projects: ProjectStore;
  readonly runs: RunStore;
}

export function createStore(database: Database): Store {
  const { prisma } = database;
  return {
    database,
    collection: createCollectionStore(prisma),
    projects: createProjectStore(prisma),
    runs: createRunStore(prisma),
  };
}
