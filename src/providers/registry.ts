import { isOtherReport } from '../domain/bill-source.js';
import type { Day } from '../domain/day.js';
import type { LineItemReading } from '../domain/line-item.js';
import type { Price } from '../domain/price.js';
import type { ProviderId } from '../domain/provider.js';
import type { TokenType } from '../domain/token-types.js';
import { CostsError } from '../errors.js';
import type { Provider } from './define.js';
import { FILE_PROVIDERS, fileProvider } from './file-list.js';
import { PROVIDERS } from './list.js';

export const PROVIDER_IDS: readonly ProviderId[] = PROVIDERS.map(({ id }) => id);

/** Every id that rows may have: of providers that are asked, and of those whose files are read. */
export const ALL_PROVIDER_IDS: readonly ProviderId[] = [...PROVIDERS, ...FILE_PROVIDERS].map(({ id }) => id);

function findProvider(id: ProviderId): Provider | undefined {
  return PROVIDERS.find((each) => each.id === id) ?? FILE_PROVIDERS.find((each) => each.id === id);
}

/** One that is not declared is a company whose files somebody imported under that name. */
export function providerOf(id: ProviderId): Provider {
  return findProvider(id) ?? fileProvider(id);
}

/** @throws CostsError `failed` for a provider that is asked with a key, and that only a newer version knows how to ask */
export function requireAsked(id: ProviderId): void {
  if (PROVIDER_IDS.includes(id)) return;
  throw new CostsError('failed', `The store names "${id}", a provider this version does not know.`, {
    hint: 'Update costs to the version that registered it.',
  });
}

/** As the company writes itself; its id where this version does not know it. */
export function providerName(id: ProviderId): string {
  return findProvider(id)?.name ?? id;
}

/** The report that an organization's bill is read from in place of the bill, by its name; null for the bill itself, and for files. */
export function billReportOf({
  provider,
  billSource,
}: {
  provider: ProviderId;
  /** As it is stored. */
  billSource: string | null;
}): string | null {
  return isOtherReport(billSource) ? (findProvider(provider)?.billReport ?? null) : null;
}

/** Whose projects and rows those of the single-organization system are; they name no provider themselves. */
export function legacyProvider(): Provider {
  const provider = PROVIDERS.find(({ ownsLegacyProjects }) => ownsLegacyProjects);
  if (provider === undefined) throw new CostsError('failed', 'No provider owns the projects of the old system.');
  return provider;
}

/** Whether a provider's usage counts something of that name. */
export function isTokenType(provider: ProviderId, name: string): name is TokenType {
  return (providerOf(provider).tokenTypes as readonly string[]).includes(name);
}

let prices: readonly Price[] | undefined;

/** What all providers publish. A team's own prices go first. */
export function listPrices(): readonly Price[] {
  return (prices ??= PROVIDERS.flatMap(({ listPrices: { make } }) => make()));
}

/** The day on which the oldest list was compared with its source. */
export function listPricesReadOn(): Day {
  return PROVIDERS.map(({ listPrices: { readOn } }) => readOn).reduce((oldest, day) => (day < oldest ? day : oldest));
}

type Described = Pick<LineItemReading, 'model' | 'tokenType' | 'serviceTier'> &
  Partial<Pick<LineItemReading, 'contextWindow'>> & { provider: ProviderId | null; lineItem: string };

/** What `toLineItem` puts behind the provider's words. */
const CURRENCY = / \[[A-Z]{3}\]$/;

/** A row with what its line item says in the columns that its provider's answer left empty; rows of the old system stay. */
export function withReading<Row extends Described>(row: Row): Row {
  const reading = PROVIDERS.find(({ id }) => id === row.provider)?.readLineItem?.(wordsOf(row));
  if (reading === undefined) return row;
  const { model, tokenType, serviceTier, contextWindow } = reading;
  return {
    ...row,
    ...(row.contextWindow === null ? { contextWindow } : {}),
    model: row.model ?? model,
    tokenType: row.tokenType ?? tokenType,
    serviceTier: row.serviceTier ?? serviceTier,
  };
}

/** A row as usage would call it: with its reading, and what usage knows its line item by. */
export function asUsed<Row extends Described>(row: Row): Row {
  const { usageOf = {} } = PROVIDERS.find(({ id }) => id === row.provider) ?? {};
  const words = wordsOf(row);
  return { ...withReading(row), ...(Object.hasOwn(usageOf, words) ? usageOf[words] : {}) };
}

function wordsOf({ lineItem }: { lineItem: string }): string {
  return lineItem.replace(CURRENCY, '');
}
