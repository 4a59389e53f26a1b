import type { Context } from '../../context.js';
import { toDay } from '../../domain/day.js';
import { Sums } from '../../domain/money.js';
import type { RegisteredOrganization } from '../../domain/organization.js';
import { FIRST_DAY } from '../../domain/period.js';
import type { ProviderId } from '../../domain/provider.js';
import type { PurgeCounts } from '../../domain/purge.js';
import { shell } from '../../domain/shell.js';
import { plural } from '../../domain/words.js';
import { CostsError } from '../../errors.js';
import { requireOrganization } from '../../library/find.js';
import { describeHoldings, renderOrganization } from '../../output/key-removal.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, asItIs, defineCommand } from '../define.js';
import { parseOrganizationId } from './organization-id.js';

interface MoveKeyOptions {
  organization: string;
  id: string;
  yes?: boolean;
}

interface KeyMove {
  provider: ProviderId;
  /** The id that it has now, and the one it had. */
  organizationId: string;
  from: string;
  name: string;
  moved: PurgeCounts;
}

export const moveKey = defineCommand({
  name: 'keys move',
  description:
    'Files an organization that was registered under a mistyped id under the right one, with its key and all that was collected.',
  arguments: [argument('<organization>', 'the organization, by name or id'), argument('<id>', 'its right id')],
  options: [confirmOption()],
  examples: ['costs keys move org-wrong org-right'],
  async run({ organization: word, id, yes }: MoveKeyOptions, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const organization = requireOrganization(word, await store.organizations.list(team.id));
    const { provider, organizationId, name } = organization;
    const to = parseOrganizationId(provider, id);
    await refuseTaken(context, organization, to);
    const holdings = describeHoldings(await store.organizations.holdings(organization));
    await confirm(context.output, { yes, question: `Move ${name} (${organizationId}: ${holdings}) to ${to}?` });
    const moved = await (await context.vault()).keys.move(organization, to);
    const found = await store.organizations.find(provider, to);
    return { provider, organizationId: to, from: organizationId, name: found?.name ?? name, moved };
  },
  document: asItIs<KeyMove>,
  render: (move, output) => renderOrganization(move, `was ${move.from}; moved ${describeHoldings(move.moved)}`, output),
});

/** Days of two organizations are never mixed: nothing would tell whose they were. */
async function refuseTaken(context: Context, from: RegisteredOrganization, id: string): Promise<void> {
  if (id === from.organizationId)
    throw new CostsError('usage', `${from.name} has the id ${id} already.`, { hint: 'costs keys list' });
  const store = await context.store();
  const to = await store.organizations.find(from.provider, id);
  if (to === null) return;
  if (to.teamId !== from.teamId)
    throw new CostsError('conflict', `${id} is registered by another team of this store; nothing was changed.`, {
      hint: 'costs keys list',
    });
  const taken = await inWords(context, to);
  if (taken === null) return;
  const own = (await inWords(context, from)) ?? 'nothing';
  throw new CostsError(
    'conflict',
    `${id} has ${taken} of its own, and ${from.organizationId} ${own}; nothing was changed.`,
    {
      hint: shell`One of them has to go first: costs keys remove ${id} --purge`,
    },
  );
}

/** `31 days (12422.33 USD)`, or null where nothing was collected. */
async function inWords(context: Context, organization: RegisteredOrganization): Promise<string | null> {
  const { reports, organizations } = await context.store();
  const { provider, organizationId, teamId } = organization;
  const { days, usageDays } = await organizations.holdings(organization);
  if (days + usageDays === 0) return null;
  const span = { since: FIRST_DAY, until: toDay(await context.clock()) };
  const rows = await reports.sums({
    teamId,
    provider,
    organizationId,
    ...span,
    basis: 'billed',
    groupBy: ['organization'],
  });
  const amounts = new Sums(rows).toDocuments().map(({ currency, cost }) => `${cost} ${currency}`);
  return `${plural(days + usageDays, 'day')} (${amounts.join(' and ') || 'no spend'})`;
}
