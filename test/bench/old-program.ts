import pg from 'pg';
import type { EmptyDatabase } from './server.js';

/**
 * The program of before several organizations, which goes on while its database is migrated: one connection inserts a row
 * and corrects it, another reads what was written last, both without a pause.
 */
export class OldProgram {
  /** The cost of each row as it was confirmed. */
  readonly #written = new Map<string, string>();
  /** What the database said to statements that failed. */
  readonly failures: string[] = [];
  readonly #writes: { from: number; to: number }[] = [];
  #stopped = false;
  readonly #work: Promise<unknown>;

  constructor(
    private readonly url: string,
    private readonly projectId: string,
  ) {
    this.#work = Promise.all([this.#onConnection(this.#write), this.#onConnection(this.#read)]);
  }

  /** Milliseconds of the slowest write that went on between two instants. */
  slowestWrite(span: { from: number; to: number }): number {
    return this.#writes
      .filter(({ from, to }) => to >= span.from && from <= span.to)
      .reduce((slowest, { from, to }) => Math.max(slowest, to - from), 0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  /** How many rows it wrote, and how many of them are gone or say something else. */
  async count({ query }: Pick<EmptyDatabase, 'query'>): Promise<{ written: number; wrong: number }> {
    const rows = await query<{ id: string; cost: string }>(
      `SELECT id, trim_scale(cost)::text AS cost FROM cost_data WHERE id LIKE 'late-%'`,
    );
    const found = new Map(rows.map(({ id, cost }) => [id, cost]));
    const wrong = [...this.#written].filter(([id, cost]) => found.get(id) !== cost).length;
    return { written: this.#written.size, wrong: wrong + Math.max(0, found.size - this.#written.size) };
  }

  async #onConnection(work: (client: pg.Client, round: number) => Promise<void>): Promise<void> {
    const client = new pg.Client(this.url);
    await client.connect();
    for (let round = 1; !this.#stopped; round += 1)
      await work.call(this, client, round).catch((error: unknown) => this.failures.push(String(error)));
    await client.end();
  }

  async #write(client: pg.Client, round: number): Promise<void> {
    const id = `late-${round}`;
    await this.#timed(() =>
      client.query(
        `INSERT INTO cost_data (id, project_id, date, service, cost) VALUES ($1, $2, '2026-02-01', 'late', $3)`,
        [id, this.projectId, `${round}.5`],
      ),
    );
    this.#written.set(id, `${round}.5`);
    await this.#timed(() => client.query('UPDATE cost_data SET cost = $2 WHERE id = $1', [id, `${round}.25`]));
    this.#written.set(id, `${round}.25`);
  }

  async #read(client: pg.Client): Promise<void> {
    await client.query('SELECT service, cost FROM cost_data WHERE id = $1', [`late-${this.#written.size}`]);
  }

  async #timed(write: () => Promise<unknown>): Promise<void> {
    const from = performance.timeOrigin + performance.now();
    await write();
    this.#writes.push({ from, to: performance.timeOrigin + performance.now() });
  }
}
