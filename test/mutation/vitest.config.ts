import { ThreadsPoolWorker, type PoolOptions, type TestProject, type WorkerRequest } from 'vitest/node';
import { defineConfig, mergeConfig } from 'vitest/config';
import type { Worker } from 'node:worker_threads';
import usual from '../../vitest.config.js';

/** Loading the modules takes a worker four times as long as the tests that a mutant needs; kept, they are loaded once. */
let kept: Worker | undefined;

/** A worker that outlives its run, as far as Vitest does not look: it is started and stopped for it, and told the run's own filter. */
class KeptWorker extends ThreadsPoolWorker {
  override readonly name = 'kept';
  readonly #project: TestProject;
  #isNew = false;

  constructor(options: PoolOptions) {
    super(options);
    this.#project = options.project;
  }

  override async start(): Promise<void> {
    this.#isNew = kept === undefined;
    Object.assign(this, { _thread: kept });
    await super.start();
    kept = (this as unknown as { _thread: Worker })._thread;
  }

  override send(message: WorkerRequest): void {
    if (message.type === 'stop') return this.#answer('stopped');
    if (message.type === 'start' && !this.#isNew) return this.#answer('started');
    if (message.type === 'run') Object.assign(message.context, { config: this.#project.serializedConfig });
    super.send(message);
  }

  override stop(): Promise<void> {
    for (const event of ['message', 'error', 'exit']) kept?.removeAllListeners(event);
    for (const stream of [kept?.stdout, kept?.stderr]) stream?.unpipe();
    return Promise.resolve();
  }

  #answer(type: string): void {
    setImmediate(() => kept?.emit('message', { type, __vitest_worker_response__: true }));
  }
}

export default defineConfig((env) =>
  mergeConfig(usual(env), {
    test: { setupFiles: ['test/mutation/no-mutant.ts'] },
    plugins: [
      {
        name: 'kept-worker',
        configureVitest({ project }: { project: TestProject }) {
          Object.assign(project.config, {
            pool: 'kept',
            poolRunner: { name: 'kept', createPoolWorker: (options: PoolOptions) => new KeptWorker(options) },
          });
        },
      },
    ],
  }),
);
