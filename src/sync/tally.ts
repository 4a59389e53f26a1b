import type { Organization, WindowOutcome } from '../domain/collection.js';
import type { Day, DaySpan } from '../domain/day.js';
import { leftOutOf, type FocusFiles, type LeftOut } from '../domain/focus-import.js';
import type { LeaseHolder } from '../domain/lease.js';
import { Sums } from '../domain/money.js';
import type { Renamed } from '../domain/project.js';
import type { Adoption } from '../domain/project-move.js';
import type { WireEvent } from '../domain/provider.js';
import type { OrganizationResult } from '../domain/results.js';
import type { UnitPriceJump } from '../domain/unit-prices.js';
import { isHopeless } from './windows.js';
import { toErrorDocument, type CostsError } from '../errors.js';

/** Adds up what a run does for one organization. */
export class Tally {
  readonly #organization: Organization;
  readonly #now: () => Date;
  readonly #isKnown: (path: string) => boolean;
  readonly #started: Date;
  readonly #counts = { days: 0, requests: 0, retries: 0, rows: 0, inserted: 0, updated: 0, deleted: 0, unchanged: 0 };
  readonly #totals = new Sums();
  readonly #restated = { rows: 0, days: 0, difference: new Sums() };
  readonly #newProjects = new Set<string>();
  readonly #adopted: Adoption[] = [];
  readonly #narrowed = new Map<string, Day>();
  readonly #missing = new Set<string>();
  readonly #unregistered = new Set<string | null>();
  readonly #drift = new Map<string, { path: string; value: string }>();
  readonly #changedDays = new Set<Day>();
  readonly #altered = new Set<Day>();
  readonly #contradicted = new Set<Day>();
  #priceJumps: UnitPriceJump[] = [];
  #renamed: Renamed[] = [];
  #leftOut: LeftOut | undefined;
  #windows = 0;
  #failure: { error: CostsError; windows: DaySpan[] } | null = null;

  /** @param isKnown whether an earlier run has told of a field or value */
  constructor(organization: Organization, now: () => Date, isKnown: (path: string) => boolean) {
    this.#organization = organization;
    this.#now = now;
    this.#isKnown = isKnown;
    this.#started = now();
  }

  observe(event: WireEvent): void {
    if (event.type === 'request') this.#counts.requests += 1;
    if (event.type === 'retry') this.#counts.retries += 1;
    if (event.type === 'narrowed') this.#narrow(event);
    if (event.type === 'missing') this.#missing.add(event.endpoint);
    if (event.type === 'unregistered') this.#unregistered.add(event.organizationId);
    if (event.type === 'drift' && !this.#isKnown(event.path))
      this.#drift.set(event.path, { path: event.path, value: event.value });
  }

  add(rows: number, outcome: WindowOutcome): void {
    this.#windows += 1;
    this.#counts.rows += rows;
    for (const count of ['days', 'inserted', 'updated', 'deleted', 'unchanged'] as const)
      this.#counts[count] += outcome[count];
    for (const total of outcome.totals) this.#totals.add(total);
    this.#restated.rows += outcome.restated.rows;
    this.#restated.days += outcome.restated.days;
    for (const difference of outcome.restated.difference) this.#restated.difference.add(difference);
    for (const name of outcome.newProjects) this.#newProjects.add(name);
    this.#adopted.push(...outcome.adopted);
    for (const day of outcome.altered) this.#altered.add(day);
    for (const day of outcome.contradicted) this.#contradicted.add(day);
    for (const day of outcome.changedDays) this.#changedDays.add(day);
  }

  /** Of days whose bills were there already. @param cut why not all of them came */
  addReports(cut: CostsError | undefined, span: DaySpan): void {
    if (cut === undefined) this.#windows += 1;
    else this.failed(cut, [span]);
  }

  /** Each window only knows its own days; the latest start is the endpoint's. */
  #narrow({ endpoint, since }: { endpoint: string; since: Day }): void {
    const known = this.#narrowed.get(endpoint);
    if (known === undefined || since > known) this.#narrowed.set(endpoint, since);
  }

  /** Keeps the first error; later ones only add their windows, of which there is none where only reports were due. */
  failed(error: CostsError, windows: readonly DaySpan[]): void {
    this.#windows += Math.max(windows.length, 1);
    this.#failure ??= { error, windows: [] };
    this.#failure.windows.push(...windows);
  }

  /** Billed days of which a row changed, ascending. */
  get changedDays(): Day[] {
    return [...this.#changedDays].sort();
  }

  /** Told by the run that changed the day, and never again. */
  noticed(jumps: readonly UnitPriceJump[]): void {
    this.#priceJumps = jumps.filter(({ day }) => this.#changedDays.has(day));
  }

  renamed(projects: Renamed[]): void {
    this.#renamed = projects;
  }

  leftOut(files: FocusFiles): void {
    if (files.leftOut.length + files.unlistedFolders.length > 0) this.#leftOut = leftOutOf(files);
  }

  /** Nothing could be read, or the key or the network failed: the provider has nothing more to say now. */
  get isHopeless(): boolean {
    return this.#failure !== null && (this.#counts.days === 0 || isHopeless(this.#failure.error));
  }

  /** Windows that were read, or tried. */
  get windows(): number {
    return this.#windows;
  }

  /** @param heldBy who collects it, where that is the reason */
  skipped(heldBy?: LeaseHolder): OrganizationResult {
    const result: OrganizationResult = { ...this.result(), status: 'skipped' };
    return heldBy === undefined ? result : { ...result, heldBy: { ...heldBy, since: heldBy.since.toISOString() } };
  }

  result(): OrganizationResult {
    const { provider, organizationId, name } = this.#organization;
    const failure = this.#failure;
    return {
      provider,
      organizationId,
      name,
      status: failure === null ? 'ok' : 'failed',
      ...this.#counts,
      totals: this.#totals.toDocuments(),
      restated: { ...this.#restated, difference: this.#restated.difference.toDocuments() },
      newProjects: [...this.#newProjects].sort(),
      ...(this.#renamed.length === 0 ? {} : { renamed: this.#renamed }),
      ...(this.#adopted.length === 0 ? {} : { adopted: this.#adopted }),
      narrowed: [...this.#narrowed].map(([endpoint, since]) => ({ endpoint, since })),
      missing: [...this.#missing].sort(),
      drift: [...this.#drift.values()],
      ...(this.#unregistered.size === 0 ? {} : { unregistered: [...this.#unregistered] }),
      ...(this.#altered.size === 0 ? {} : { altered: [...this.#altered].sort() }),
      ...(this.#contradicted.size === 0 ? {} : { contradicted: [...this.#contradicted].sort() }),
      ...(this.#priceJumps.length === 0 ? {} : { priceJumps: this.#priceJumps }),
      ...this.#leftOut,
      milliseconds: this.#now().getTime() - this.#started.getTime(),
      ...(failure === null
        ? {}
        : {
            error: {
              ...toErrorDocument(failure.error),
              windows: failure.windows.toSorted((a, b) => (a.since < b.since ? -1 : 1)),
            },
          }),
    };
  }
}
