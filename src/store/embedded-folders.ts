import { join } from 'node:path';

export interface EmbeddedFolders {
  root: string;
  data: string;
  lock: string;
  socket: string;
  /** What `restore` takes the place of, for a moment. */
  replaced: string;
  /** Written when its rows were copied to a server. */
  moved: string;
}

/** Where things lie under COSTS_HOME. */
export function embeddedFolders(home: string): EmbeddedFolders {
  const root = join(home, 'store');
  return {
    root,
    data: join(root, 'data'),
    replaced: join(root, 'replaced'),
    lock: join(root, 'lock'),
    socket: join(root, 'socket'),
    moved: join(root, 'moved.json'),
  };
}
