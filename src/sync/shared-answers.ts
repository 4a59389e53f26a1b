import type { CostLine } from '../domain/bucket.js';
import type { CollectionStore, Organization } from '../domain/collection.js';
import type { BillReport } from '../domain/cost-provider.js';
import type { KeyedAnswer, KeyedReport } from '../domain/keyed-report.js';
import { endOfDay, startOfDay, type DaySpan } from '../domain/day.js';
import { once } from '../domain/once.js';
import { groupBy } from '../domain/group-into.js';
import { MOST_ROWS, type CostPage, type ProviderCall } from '../domain/provider.js';
import { shell } from '../domain/shell.js';
import { CostsError } from '../errors.js';
import { collectWindow, type Answer } from './collect.js';
import type { PageWatch } from './page-watch.js';
import { listenToClock } from './provider-clock.js';
import { SharedReads, type SharedWindows } from './shared-reads.js';

/** What a bill's window was answered, and when it was asked. */
export interface BillAnswer extends Answer, Partial<Pick<PageWatch, 'pageDays' | 'cut'>> {
  requestedAt: Date;
  providerTime: Date | null;
}

export type BillReader = (call: ProviderCall, window: DaySpan) => Promise<BillAnswer>;

/** How an organization is read whose parent's key answers for others, too. */
export interface SharedReader {
  readBill: BillReader;
  keyedReports: readonly KeyedReport[];
}

/** Lines of all organizations that a key answers for, by organization; an empty text is spend of none. */
interface SharedAnswer extends Pick<BillAnswer, 'requestedAt' | 'providerTime'> {
  lines: ReadonlyMap<string, CostLine[]>;
}

export interface Sharing extends SharedWindows {
  store: Pick<CollectionStore, 'clock'>;
  report: BillReport;
  /** Reports beside that one. */
  keyedReports: readonly KeyedReport[];
  /** As the company writes itself. */
  providerName: string;
  /** Whether an organization has a key of the team's. */
  isRegistered: (organizationId: string) => boolean;
}

/** What a parent's key answers, read once for all its children: each takes its own lines out of it. */
export class SharedAnswers {
  readonly #bills: SharedReads<SharedAnswer>;
  readonly #keyedReports: readonly KeyedReport[];

  constructor(private readonly sharing: Sharing) {
    this.#bills = new SharedReads(sharing, (call, span) => this.#ask(call, span));
    this.#keyedReports = sharing.keyedReports.map((report) => {
      const answers = new SharedReads(sharing, (call, span) => report.readChildren(call, span));
      return { ...report, read: (call, span) => readOwn(answers, call, span) };
    });
  }

  of(child: Organization): SharedReader {
    return { readBill: this.#readerOf(child), keyedReports: this.#keyedReports };
  }

  /** A child that no line is of may have spent nothing, or be left out by the provider: it is asked for by name, once. */
  #readerOf(child: Organization): BillReader {
    let asked: (() => Promise<void>) | undefined;
    return async (call, span) => {
      const { requestedAt, providerTime, lines } = await this.#bills.read(call, span);
      const own = lines.get(child.organizationId);
      if (own === undefined) await (asked ??= once(() => this.#askByName(child, call, span)))();
      return { requestedAt, providerTime, ...(await collectWindow(onePage(within(span, own ?? [])), child, span)) };
    };
  }

  async #ask(call: ProviderCall, span: DaySpan): Promise<SharedAnswer> {
    const { store, report, isRegistered } = this.sharing;
    const heard = listenToClock(call);
    const requestedAt = await store.clock();
    const read: CostLine[][] = [];
    let count = 0;
    for await (const page of report.fetchCosts(heard.call, span, 'all')) {
      count += page.lines.length;
      if (count > (call.mostRows ?? MOST_ROWS))
        throw new CostsError('too-large', "The answer of a parent's key is more than can be held.");
      read.push(page.lines);
    }
    const lines = groupBy(read.flat(), ({ organizationId }) => organizationId ?? '');
    for (const id of lines.keys())
      if (!isRegistered(id)) call.observe({ type: 'unregistered', organizationId: id === '' ? null : id });
    return { requestedAt, providerTime: heard.behind(requestedAt), lines };
  }

  async #askByName(child: Organization, call: ProviderCall, span: DaySpan): Promise<void> {
    const { report, providerName } = this.sharing;
    try {
      for await (const { lines } of report.fetchTotals(call, span, [child.organizationId]))
        if (lines.length > 0) throw otherId(providerName, child);
    } catch (error) {
      if (!(error instanceof CostsError) || error.code !== 'contract') throw error;
      throw leftOut(child, error.message);
    }
  }
}

/** @param call of the organization whose part is wanted */
async function readOwn(
  answers: SharedReads<(organizationId: string) => KeyedAnswer>,
  call: ProviderCall,
  span: DaySpan,
): Promise<KeyedAnswer> {
  const { days, costs } = (await answers.read(call, span))(call.organizationId ?? '');
  return { days: days.filter((day) => day >= span.since && day <= span.until), costs: within(span, costs) };
}

function within<Row extends Pick<CostLine, 'bucketStart'>>({ since, until }: DaySpan, rows: readonly Row[]): Row[] {
  const [start, end] = [startOfDay(since), endOfDay(until)];
  return rows.filter(({ bucketStart }) => bucketStart >= start && bucketStart < end);
}

async function* onePage(lines: CostLine[]): AsyncGenerator<CostPage, void, undefined> {
  yield await Promise.resolve({ buckets: [], lines, end: 'complete' });
}

type Named = Pick<Organization, 'name' | 'organizationId'>;

/** A child that its parent's report leaves out: nothing is known of it, which is not zero. */
export function leftOut({ name, organizationId }: Named, reason: string): CostsError {
  return new CostsError('forbidden', `${name} is left out of what its parent's key is answered. ${reason}`, {
    hint: shell`Give it a key of its own: costs keys rotate ${organizationId}`,
  });
}

function otherId(provider: string, { name, organizationId }: Named): CostsError {
  return new CostsError('conflict', `${provider} has ${name} under another id than ${organizationId}.`, {
    hint: 'Register it by the id that the key tells: costs keys add',
  });
}
