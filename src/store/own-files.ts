import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What changes files, of the two lists of operations that Emscripten has; `msync` goes by `write`. */
const CHANGES = ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink', 'write'];
const EIO = 29;

type Operations = Record<string, (...args: unknown[]) => unknown>;
/** Of Emscripten's types, which PGlite names and does not bring. */
interface Module {
  FS: {
    ErrnoError: new (code: number) => Error;
    filesystems: { NODEFS: { node_ops: Operations; stream_ops: Operations } };
  };
}

/**
 * The folder of a PGlite, of which nothing is changed once it is another's: a process that was stopped goes on in the middle
 * of a statement, and what PostgreSQL then writes would destroy what its successor wrote.
 */
export class OwnFiles extends NodeFS {
  constructor(
    folder: string,
    private readonly isOurs: () => boolean,
  ) {
    super(folder);
  }

  override async init(...parameters: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...parameters);
    const guard = (module: unknown) => {
      const { FS } = module as Module;
      const { node_ops, stream_ops } = FS.filesystems.NODEFS;
      for (const operations of [node_ops, stream_ops])
        for (const [name, change] of Object.entries(operations))
          if (CHANGES.includes(name))
            operations[name] = (...args) => {
              if (!this.isOurs()) throw new FS.ErrnoError(EIO);
              return change(...args);
            };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), guard] } };
  }
}
