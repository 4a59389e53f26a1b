import { onTestFinished } from 'vitest';
import type { CostLine } from '../../src/domain/bucket.js';
import { formatDecimal } from '../../src/domain/decimal.js';
import type { Day } from '../../src/domain/day.js';
import type { ProviderCall } from '../../src/domain/provider.js';
import { Secret } from '../../src/domain/secret.js';
import type { WorldOrganization } from '../../src/emulator/world.js';
import { createHttpClient } from '../../src/providers/http.js';
import { providerOf } from '../../src/providers/registry.js';
import { anOrganization, NOON, openEmulator } from './emulator.js';

/** A provider that asks an emulator about one organization, without a store. */
export async function openProvider(
  asked: Partial<WorldOrganization> & Pick<WorldOrganization, 'provider'>,
  change: Partial<ProviderCall> = {},
) {
  const organization = anOrganization({ id: 'org-1', ...asked });
  const { provider: id } = organization;
  const emulator = await openEmulator({ world: { organizations: [organization] } });
  const http = createHttpClient({ version: 'test', tlsChecksOff: false, firstWaitMs: 5, giveUpAfterMs: 400 });
  onTestFinished(() => http.close());
  const provider = await providerOf(id).connect({ http, baseUrl: new URL(emulator.baseUrl(id)), now: () => NOON });
  const call: ProviderCall = {
    key: new Secret(organization.keys[0]?.secret ?? ''),
    organizationId: organization.id,
    signal: new AbortController().signal,
    observe: () => undefined,
    ...change,
  };
  const read = async (day: Day) => {
    const lines: CostLine[] = [];
    for await (const page of provider.fetchCosts(call, { since: day, until: day })) lines.push(...page.lines);
    return lines;
  };
  /** Project, line item and cost of each line. */
  const readCosts = async (day: Day) =>
    (await read(day)).map(({ providerProjectId, lineItem, cost }) => [
      providerProjectId,
      lineItem,
      formatDecimal(cost),
    ]);
  return { emulator, provider, call, read, readCosts };
}
