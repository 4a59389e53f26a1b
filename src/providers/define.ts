import type { CostProvider } from '../domain/cost-provider.js';
import type { Day } from '../domain/day.js';
import type { LineItemReading } from '../domain/line-item.js';
import type { Price } from '../domain/price.js';
import type { ProviderFacts } from '../domain/provider.js';
import type { TokenType } from '../domain/token-types.js';
import type { HttpClient } from './http.js';

/** What an adapter is given to ask with. */
export interface Wire {
  http: HttpClient;
  /** Checked: https, or loopback. */
  baseUrl: URL;
  now: () => Date;
}

/** Everything a provider is. Loading a declaration loads no network code: commands that only need its name stay quick. */
export interface ProviderDeclaration extends ProviderFacts {
  /** What a line item of its bill says where the answer has no fields for it; absent where it has. */
  readLineItem?: (lineItem: string) => LineItemReading;
  /** What usage calls the model and the tokens of line items that name neither. */
  usageOf?: Readonly<Record<string, { model: string; tokenType: TokenType }>>;
  /** List prices as it publishes them, and the day they were last compared with their source. */
  listPrices: { readOn: Day; make: () => Price[] };
  /** Its admin API: bills, usage, projects, and whose key it is. */
  connect: (wire: Wire) => Promise<Omit<CostProvider, 'facts'>>;
}

export interface Provider extends Omit<ProviderDeclaration, 'connect'> {
  connect: (wire: Wire) => Promise<CostProvider>;
}

/** What holds of a provider that declares nothing else. */
const USUAL = {
  otherKeys: [],
  organizationPrefix: '',
  tellsKeyExpiry: false,
  ownsLegacyProjects: false,
  tokenTypes: [],
  tokenTypeAliases: {},
} satisfies Partial<ProviderFacts>;
type Declared = Omit<ProviderDeclaration, keyof typeof USUAL> & Partial<Pick<ProviderFacts, keyof typeof USUAL>>;

/** Declares a provider. To add one, declare it in a folder of its own and name it in `list.ts`. */
export function defineProvider({ connect, ...declared }: Declared): Provider {
  const facts = { ...USUAL, ...declared };
  return { ...facts, connect: async (wire) => ({ facts, ...(await connect(wire)) }) };
}
