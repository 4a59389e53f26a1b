import type { Context } from '../../context.js';
import { toDay, type Day } from '../../domain/day.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { FoundFinding } from '../../domain/finding.js';
import { formatDate } from '../../domain/words.js';
import { CostsError } from '../../errors.js';
import { argument, asItIs, defineCommand, option } from '../define.js';
import { dayOption } from '../options.js';
import { findAll } from './find.js';

export interface AcknowledgeOptions {
  id: string;
  until?: Day;
  note?: string;
}

const LONGEST_NOTE = 500;
const ONE_CENT = parseDecimal('0.01');

export const acknowledgeFinding = defineCommand({
  name: 'check ack',
  description: 'Leaves a finding alone, until a day or until its cause is gone: no check ends with 1 for it.',
  arguments: [argument('<id>', 'as check shows it')],
  options: [
    dayOption('--until <day>', 'the last day it is left alone (default: until its cause is gone)'),
    option('--note <text>', 'why'),
  ],
  examples: ['costs check ack 3f9a21c0', 'costs check ack 3f9a21c0 --until 2026-12-31 --note "load test"'],
  async run({ id, until, note }: AcknowledgeOptions, context: Context) {
    if (note !== undefined && (note === '' || note.length > LONGEST_NOTE))
      throw new CostsError('usage', `A note has 1 to ${LONGEST_NOTE} characters.`);
    const today = toDay(await context.clock());
    if (until !== undefined && until < today)
      throw new CostsError('usage', `${formatDate(until)} is over: nothing would be left alone.`, {
        hint: `Give a day from ${formatDate(today)} on.`,
      });
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const finding = await requireFinding(id, context);
    await store.findings.acknowledge(team.id, finding, until ?? null, note ?? null);
    return { id: finding.id, subject: finding.subject, message: finding.message, until: until ?? null };
  },
  document: asItIs<{ id: string; subject: string; message: string; until: string | null }>,
  render: ({ subject, until }) =>
    `${subject} is left alone ${until === null ? 'until its cause is gone' : `until ${formatDate(until)}`}.`,
});

/** One that was kept, or that a check finds now. @throws CostsError `usage` */
async function requireFinding(id: string, context: Context): Promise<FoundFinding> {
  const wanted = id.trim().toLowerCase();
  if (wanted === '') throw new CostsError('usage', 'Which finding? The id is empty.', { hint: 'costs check list' });
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const isIt = (each: { id: string }) => each.id === wanted;
  const kept = (await store.findings.list(team.id)).find((each) => isIt(each) && each.closedAt === null);
  if (kept !== undefined) return kept;
  // Wider than any check looks when nothing is said, and for less.
  const found = await findAll({ period: 'last-90d', minAmount: ONE_CENT, minShare: 0 }, context);
  const now = [...found.findings, ...found.below].find(isIt);
  if (now !== undefined) return now;
  throw new CostsError('usage', `There is no finding "${id}".`, { hint: 'costs check list' });
}
