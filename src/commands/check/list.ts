import type { Context } from '../../context.js';
import { toDay } from '../../domain/day.js';
import type { KeptFinding } from '../../domain/kept-finding.js';
import { renderFindings, type KeptFindingDocument } from '../../output/kept-findings.js';
import { asItIs, defineCommand, option } from '../define.js';

export const listFindings = defineCommand({
  name: 'check list',
  description: 'Lists findings that were told or acknowledged, and since when they are known.',
  options: [option('--all', 'those that are over, too')],
  examples: ['costs check list', 'costs check list --all --json'],
  async run({ all }: { all?: boolean }, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const kept = await store.findings.list(team.id);
    const today = toDay(await context.clock());
    const findings = kept.map((each) => describe(each, today));
    return { findings: all === true ? findings : findings.filter(({ state }) => state !== 'closed') };
  },
  document: asItIs<{ findings: KeptFindingDocument[] }>,
  render: renderFindings,
});

function describe(
  { day: _, acknowledged, firstSeenAt, lastSeenAt, toldAt, closedAt, ...finding }: KeptFinding,
  today: string,
): KeptFindingDocument {
  const isLeft = acknowledged !== null && (acknowledged.until === null || acknowledged.until >= today);
  return {
    ...finding,
    state: closedAt !== null ? 'closed' : isLeft ? 'acknowledged' : 'open',
    firstSeenAt: firstSeenAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    toldAt: toldAt?.toISOString() ?? null,
    closedAt: closedAt?.toISOString() ?? null,
    acknowledgedUntil: isLeft ? acknowledged.until : null,
    note: isLeft ? acknowledged.note : null,
  };
}
