import type { Context, GlobalOptions } from '../context.js';
import { parseAmount } from '../domain/budget.js';
import { withoutDay, type CheckFindings } from '../domain/finding.js';
import { addDays } from '../domain/day.js';
import { CostsError, EXIT_CODES } from '../errors.js';
import { hintElsewhere } from '../output/hint.js';
import { renderCheck, renderCheckGithub, renderCheckMarkdown } from '../output/check.js';
import type { Output } from '../output/output.js';
import { acknowledgeFinding } from './check/ack.js';
import { DEFAULT_DAYS, findAll, type FindOptions, type Found } from './check/find.js';
import { listFindings } from './check/list.js';
import { notifyAll } from './check/notify.js';
import { parsePercents, parseShare } from './check/percents.js';
import { defineCommand, option } from './define.js';
import { parseWith, periodArgument, periodOptions } from './options.js';

// eslint-disable-next-line no-restricted-syntax -- a format of annotations
const FORMATS = ['table', 'json', 'github', 'markdown'] as const;

export interface CheckOptions extends FindOptions {
  new?: boolean;
  notify?: string[];
  format?: (typeof FORMATS)[number];
}

export const command = defineCommand({
  name: 'check',
  description:
    'Checks budgets, anomalies, unit prices, API keys, altered days, spend that is not linked, and gaps; exits 1 when there is something. For jobs.',
  arguments: [periodArgument()],
  options: [
    option('--budget', 'months that cost more than their budget'),
    option('--anomaly', 'days on which a project or an organization cost far more than usual, and slow doublings'),
    option('--price', 'line items that cost over fifty times as much, or as little, per unit as before'),
    option('--keys', 'API keys that are new and spend over 1 % of a month, and spend of keys that ended'),
    option('--seals', 'days that were changed outside costs'),
    option('--unlinked', 'spend of provider projects that are not linked; a note where it is not asked for'),
    option('--gaps', 'days that were not read, and keys that expire'),
    ...periodOptions(`anomalies, prices and API keys of the last ${DEFAULT_DAYS} days that ended`),
    option('--min-amount <amount>', 'anomalies of at least so much over the usual (default: 5)').argParser(
      parseWith(parseAmount),
    ),
    option(
      '--min-share <percent>',
      'anomalies of at least so much of what the last 30 days cost (default: 0.1%)',
    ).argParser(parseWith(parseShare)),
    option('--at <percents>', 'budgets at each of these percents, such as 80,90,100 (default: 100)').argParser(
      parseWith(parsePercents),
    ),
    option('--new', 'only what no earlier check with --new told'),
    option(
      '--notify <variable>',
      'send what is new to the webhook whose address this variable holds; repeatable',
    ).argParser((name: string, names?: string[]) => [...(names ?? []), name]),
    option('--format <format>', 'how it is written; --json is short for json').choices(FORMATS),
  ],
  examples: [
    'costs check',
    'costs check --new --notify SLACK_WEBHOOK',
    'costs check --budget --at 80,100 --format github',
    'costs check last-30d --anomaly --json',
  ],
  commands: [listFindings, acknowledgeFinding],
  toFile: true,
  run,
  document: ({ result }): CheckFindings => result,
  render,
  exitCode: ({ result: { findings, messages } }) => {
    if (findings.length > 0) return EXIT_CODES.finding;
    return messages.some(({ error }) => error !== null) ? EXIT_CODES.unreachable : 0;
  },
  isCheck: () => true,
});

interface Checked {
  result: CheckFindings;
  team: string;
  /** Writes a hint for whoever reads it elsewhere. */
  tell: (hint: string) => string;
}

async function run(options: CheckOptions & GlobalOptions, context: Context): Promise<Checked> {
  const channels = await Promise.all([...new Set(options.notify)].map((name) => context.channel(name)));
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const found = await findAll(options, context);
  if (options.new === true || channels.length > 0) refusePast(found);
  // Sent first: what could not be sent stays new to its channel, whatever is told here.
  const messages = await notifyAll(channels, found, team, context);
  const left = await store.findings.acknowledged(team.id, found.today);
  const fresh = options.new === true ? await store.findings.tellNew(team.id, found) : null;
  const findings = found.findings.filter(({ id }) => (fresh === null ? !left.has(id) : fresh.has(id)));
  const { checks, notes, budgets, anomalies } = found;
  return {
    team: team.name,
    tell: (hint) => hintElsewhere(hint, options.team ?? context.config.team),
    result: {
      checks,
      status: findings.length > 0 ? 'finding' : 'ok',
      findings: findings.map(withoutDay),
      notes,
      budgets,
      anomalies,
      acknowledged: found.findings.filter(({ id }) => left.has(id)).length,
      messages,
    },
  };
}

/** Of the past nobody knows what a later check told. @throws CostsError `usage` */
function refusePast({ until, today }: Found): void {
  if (until >= addDays(today, -1)) return;
  throw new CostsError(
    'usage',
    '--new and --notify look at days through yesterday, or they would forget what was told since.',
    {
      hint: 'costs check last-30d --new',
    },
  );
}

function render(
  { result, team, tell }: Checked,
  output: Output,
  { format = 'table', quiet = false }: CheckOptions & GlobalOptions,
): string | null {
  const isNothing = result.findings.length === 0 && result.messages.every(({ error }) => error === null);
  if (quiet && isNothing) return null;
  // eslint-disable-next-line no-restricted-syntax -- a format of annotations
  if (format === 'github') return renderCheckGithub(result, tell);
  return format === 'markdown' ? renderCheckMarkdown(result, team, tell) : renderCheck(result, team, output);
}
