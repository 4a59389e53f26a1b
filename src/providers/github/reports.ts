import type { Day } from '../../domain/day.js';
import type { ProviderCall } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import type { Wire } from '../define.js';
import { addressOf, type QueryParameters } from '../address.js';
import { broken } from '../paging.js';
import { isNotFound } from '../refusal.js';
import { DriftWatch } from '../shapes.js';
import { parseCostCenters, parseUsage, readRefusal, type UsageItem } from './schema.js';

/** The billing reports of one organization or enterprise. */
export interface Reports {
  isEnterprise: boolean;
  /**
   * @param when `2026-11`, or a day
   * @param narrowed what it is narrowed to beside its time
   */
  read(name: string, when: string, narrowed: QueryParameters): Promise<UsageItem[]>;
  /** Each must be asked for by itself: the report of an enterprise leaves out what belongs to a cost centre. */
  costCenters(): Promise<QueryParameters[]>;
}

const VERSION = '2026-03-10';
/** Far more than an enterprise has; each is a request a month. */
const MOST_CENTERS = 10_000;
const KINDS = ['organizations', 'enterprises'] as const;

/** What a name is of; each has paths of its own. */
export type Kind = (typeof KINDS)[number];

/**
 * Finds out what the name of a call is of: `acme` is an organization or else an enterprise, `enterprises/acme` is the latter
 * whatever else has the name.
 * @throws CostsError `auth` where GitHub knows neither, which is how it answers a token without the scope
 */
export async function findKind(wire: Wire, call: ProviderCall): Promise<Kind> {
  const { prefix } = readName(call);
  for (const kind of prefix === null ? KINDS : [prefix]) {
    try {
      await createGet(wire, call, kind)('usage', toParameters(wire.now().toISOString().slice(0, 7)));
      return kind;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  throw new CostsError('auth', `GitHub does not show the bills of ${call.organizationId ?? ''} to this token (404).`, {
    hint: 'GitHub answers so when the token lacks the scope: an organization needs Administration: read, an enterprise a classic token with manage_billing:enterprise. Or nothing is called that.',
    keyProblem: 'missing-scope',
  });
}

/** The reports of the organization or enterprise that a call is for. */
export function openReports(wire: Wire, call: ProviderCall, kind: Kind): Reports {
  const get = createGet(wire, call, kind);
  const drift = new DriftWatch(call.observe);
  const isEnterprise = kind === 'enterprises';
  return {
    isEnterprise,
    read: async (report, when, narrowed) =>
      parseUsage(await get(report, { ...toParameters(when), ...narrowed }), drift),
    costCenters: async () => {
      if (!isEnterprise) return [{}];
      // Deleted ones have spend from before; whether they are listed unasked is not said.
      const lists = [await get('cost-centers', {}), await get('cost-centers', { state: 'deleted' })];
      const ids = new Set(lists.flatMap(parseCostCenters));
      if (ids.size > MOST_CENTERS) throw broken('GitHub', `lists more than ${MOST_CENTERS} cost centres`);
      return [{}, ...[...ids].map((id) => ({ cost_center_id: id }))];
    },
  };
}

function createGet({ http, ...wire }: Wire, call: ProviderCall, kind: Kind) {
  const base = `/${kind}/${encodeURIComponent(readName(call).name)}/settings/billing`;
  return (path: string, parameters: QueryParameters) => {
    const url = addressOf(wire, `${base}/${path}`, parameters);
    const headers = {
      authorization: `Bearer ${call.key.reveal()}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': VERSION,
    };
    return http.getJson({ url, headers, call, readRefusal });
  };
}

function readName({ organizationId = '' }: ProviderCall): { prefix: Kind | null; name: string } {
  const [prefix, ...rest] = organizationId.split('/');
  const kind = KINDS.find((each) => each === prefix);
  const name = kind === undefined ? organizationId : rest.join('/');
  if (name === '') throw unnamed();
  return { prefix: kind ?? null, name };
}

/** @param when `2026-11`, or a day */
function toParameters(when: string | Day): QueryParameters {
  const [year = '', month = '', day = null] = when.split('-').map((part) => `${Number(part)}`);
  return { year, month, day };
}

function unnamed(): CostsError {
  return new CostsError('usage', 'GitHub is asked for an organization or enterprise by its name.', {
    hint: 'Say which with --organization: costs keys add --help',
  });
}
