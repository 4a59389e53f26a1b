import { join } from 'node:path';

export interface EmbeddedFolders {
  root: string;
  data: string;
  lock: string;
  socket: string;
}

/** Where things lie under COSTS_HOME. */
export function embeddedFolders(home: string): EmbeddedFolders {
  const root = join(home, 'store');
  return { root, data: join(root, 'data'), lock: join(root, 'lock'), socket: join(root, 'socket') };
}
