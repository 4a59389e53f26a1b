import type { Day } from './day.js';
import type { BillSource } from './bill-source.js';
import type { CostLine } from './bucket.js';
import type { Secret } from './secret.js';
import type { TokenType } from './token-types.js';

/** The company that bills: an id from the list of providers, in which the rest of what is known of it stands. */
export type ProviderId = string;

/** What is true of a provider before anything is asked of it. Its folder declares it, nothing else knows it by name. */
export interface ProviderFacts {
  id: ProviderId;
  /** As the company writes itself. */
  name: string;
  /** Where its admin API is, and the variable that says otherwise. */
  baseUrl: string;
  baseUrlVariable: string;
  /** The variable in which its own tools look for an admin key. */
  keyVariable: string;
  /** Every admin key of it begins so, or as the others where there are any. */
  adminKeyPrefix: string;
  moreKeyPrefixes?: readonly string[];
  /** Keys of it that read no bills, by how they begin: the first that fits tells. */
  otherKeys: readonly { prefix: string; kind: string }[];
  /** Where a person makes an admin key, and the least it must be allowed. */
  keyPage: string;
  /** Where a person reads an organization's id; absent where its keys tell it. */
  organizationPage?: string;
  /** What the ids of its organizations begin with. */
  organizationPrefix: string;
  /** What to give as an organization, where no key tells whose it is: such as `the login of an organization`. */
  organizationWord?: string;
  /** Whether one key may read several organizations, each by its name; absent for a key of one organization. */
  keyReadsSeveral?: true;
  /** One form of what people call an organization in several; absent where there is one. */
  formOrganization?: (told: string) => string;
  leastScope: string;
  /** Whether it tells when a key ends; where it does not, a person can. */
  tellsKeyExpiry: boolean;
  /** The provider's word for a project, in the singular. */
  projectWord: string;
  /** How FOCUS calls what it sells, and its division of an account. */
  focus: {
    serviceName: string;
    subAccountType: string;
    /** Of a line item that names a service; absent where the provider sells one alone. */
    serviceOf?: (lineItem: string) => string | null;
    /** Whether a line item names a service that is AI, by what is known of it; absent where all is. */
    isAi?: (lineItem: string) => boolean;
  };
  /** Projects of the single-organization system, which knew a project by its id in `projects.openai_project_id` alone, are its. */
  ownsLegacyProjects: boolean;
  /** The report that stands in for the bill where a key reads none, by its name; absent where there is none. */
  billReport?: string;
  /** It sends nobody a bill: what it adds up is on those of others, and is read as usage alone. */
  billsNothing?: true;
  /** What its invoice has and its reports have not; absent where they have all of it. */
  notReported?: readonly string[];
  /** Where it tells no total of a day: its rows, read again, are what its days are held against. */
  comparedWith?: 'rows';
  /** What its usage counts, and what people call it in a file of prices. */
  tokenTypes: readonly TokenType[];
  tokenTypeAliases: Readonly<Record<string, TokenType>>;
}

/** What is read of a provider that sells more than AI. */
export const SERVICES = ['ai', 'all'] as const;
export type Services = (typeof SERVICES)[number];

/** The project of an organization's spend that the provider gives no project (Anthropic's default workspace included). */
export const UNASSIGNED = 'unassigned';

/** What that project is called, until somebody calls it something else. */
export function unassignedName(organization: string): string {
  return `${organization} (${UNASSIGNED})`;
}

/** One page of a cost report. */
export interface CostPage {
  /** The buckets the page holds, empty ones included, ascending: what the provider says it has looked at. */
  buckets: { start: Date; end: Date }[];
  lines: CostLine[];
  /**
   * `null` while more pages follow; `complete` when the provider says that was all; `early` when it promised more and
   * then sent an empty page: days after the last bucket were not answered.
   */
  end: 'complete' | 'early' | null;
  /** The first day that the provider still tells, where it refused earlier ones: it may lie behind all that was asked for. */
  since?: Day;
}

/** A provider's project or workspace, archived ones included. */
export interface ProviderProject {
  id: string;
  name: string | null;
  archivedAt: Date | null;
}

/** What a key turned out to be. */
export interface KeyIdentity {
  /** Null where the provider does not say (OpenAI without spend). */
  organizationId: string | null;
  organizationName: string | null;
  /** False when the key may not list projects: it collects all the same, and projects then carry their ids. */
  canListProjects: boolean;
  /** Null where the provider does not say. */
  expiresAt: Date | null;
  /** Sentences worth showing, such as that the key can do more than read. */
  warnings: string[];
  /** What it reads of that organization; absent for the bill itself, null where the organization has no bill of its own. */
  billSource?: BillSource | null;
  /** Other organizations that it answers for, as the key of their parent; absent where there are none. */
  children?: ChildOrganization[];
}

/** An organization that the key of another one answers for. */
export interface ChildOrganization {
  organizationId: string;
  /** Null where the key may not list names. */
  name: string | null;
  /** Why the provider leaves it out of what it answers, in its own words; null where it does not. */
  leftOut: string | null;
}

/** What happens on the wire, for progress, run records and `--verbose`. Never carries a secret. */
export type WireEvent =
  | {
      type: 'request';
      method: string;
      url: string;
      status: number;
      milliseconds: number;
      /** The provider's own clock when it answered, where it says. */
      date: Date | null;
    }
  | { type: 'retry'; reason: string; waitMilliseconds: number }
  /** A field or enum value the contract does not know: reported once a run, never dropped silently. */
  | { type: 'drift'; path: string; value: string }
  /** A report that reaches no further back than this day. */
  | { type: 'narrowed'; endpoint: string; since: Day }
  /** A usage report that the provider says it does not have. */
  | { type: 'missing'; endpoint: string }
  /** An organization that a parent's key answers for, and that has no key of ours; null for spend of none. */
  | { type: 'unregistered'; organizationId: string | null };

/** Rows that can be held at once, of one answer or of all pages of a window: with them a sync stays below 600 MB. */
export const MOST_ROWS = 1_000_000;

/** What every call to a provider needs. */
export interface ProviderCall {
  key: Secret;
  /** Whose figures are asked for, where the key alone does not say it; absent while that is not known yet. */
  organizationId?: string | undefined;
  /** Whether the key answers for other organizations, too, which are collected with it. */
  isParent?: boolean;
  /** Which of its services are read, where the provider sells others than AI; absent for AI alone. */
  services?: Services;
  signal: AbortSignal;
  observe: (event: WireEvent) => void;
  /** An answer with more rows is refused as `too-large`; absent, with more than `MOST_ROWS`. */
  mostRows?: number;
  /** Whether to wait for requests that are only allowed again at a later time; absent, it is not waited. */
  mayWait?: ((until: Date) => Promise<boolean>) | undefined;
}
