import type { CollectionStore } from '../domain/collection.js';
import type { AccessStore } from '../domain/access.js';
import type { Database } from './database.js';

/** The repositories, on a schema that is current. */
export interface Store {
  readonly database: Database;
  readonly collection: CollectionStore;
  readonly access: AccessStore;
}
