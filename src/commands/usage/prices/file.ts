import { LosslessNumber, parse } from 'lossless-json';
import { z } from 'zod';
import { parseDay } from '../../../domain/day.js';
import { parseDecimal } from '../../../domain/decimal.js';
import { priceKey, usual, type Price } from '../../../domain/price.js';
import type { ProviderId } from '../../../domain/provider.js';
import { PROVIDER_IDS, isTokenType, providerName, providerOf } from '../../../providers/registry.js';
import { cleanName, problemOf } from '../../../domain/text.js';
import { unitOf, type TokenType, type UsageUnit, USAGE_UNITS } from '../../../domain/token-types.js';
import { CostsError } from '../../../errors.js';
import { formatDate } from '../../../domain/words.js';

const text = z.string().transform((value) => cleanName(value));
/** As usage writes it. */
const word = text.transform((value) => value.toLowerCase());
/** For one of what is counted. More is a slip, and more than a report can add up. */
const MOST = 1_000_000n;
/** As text or as a number; a number keeps its own text, so that no price passes through a float. */
const decimal = z
  .union([z.instanceof(LosslessNumber).transform((number) => number.value), z.string()])
  .transform((value, context) => attempt(() => parseDecimal(value), context));
const day = z.string().transform((value, context) => attempt(() => parseDay(value), context));

const price = z.strictObject({
  provider: z.enum(PROVIDER_IDS),
  model: text,
  tokenType: text,
  tier: word.default('standard'),
  contextWindow: word.default(''),
  inferenceGeo: word.default(''),
  unit: z.enum(USAGE_UNITS).optional(),
  price: decimal.refine((value) => value >= 0n, 'below zero'),
  per: decimal.refine((value) => value > 0n, 'not above zero').default(parseDecimal('1000000')),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/, 'not a currency code')
    .transform((code) => code.toUpperCase())
    .default('USD'),
  validFrom: day,
  source: text.default('imported'),
  // What `prices list --json` adds; a list can be edited and imported as it is.
  origin: z.enum(['imported', 'shipped']).optional(),
});

const file = z.union([z.array(price), z.object({ prices: z.array(price) }).transform(({ prices }) => prices)]);

/**
 * Reads a file of prices: the document of `prices list --json`, or its list alone.
 * @throws CostsError `usage` that names the entry and the field
 */
export function parsePrices(content: string): Price[] {
  const parsed = file.safeParse(parseJson(content));
  if (!parsed.success) throw explain(parsed.error);
  const entries = parsed.data.map(({ origin, unit, tokenType, ...rest }, index): { origin?: string; price: Price } => {
    const counted = countedAs(rest.provider, tokenType, unit, `[${index}]`);
    if (rest.price > rest.per * MOST) throw unreadable(`[${index}].price (more than 1,000,000 for one)`);
    return {
      price: { ...rest, ...usual(rest), tokenType: counted, unit: unitOf(counted) },
      ...(origin === undefined ? {} : { origin }),
    };
  });
  const nameOf = (price: Price) => `${priceKey(price)} ${price.validFrom}`;
  // The list shows a price of one's own beside the one that it goes before.
  const own = new Set(entries.filter(({ origin }) => origin !== 'shipped').map(({ price }) => nameOf(price)));
  const prices = entries
    .filter(({ origin, price }) => origin !== 'shipped' || !own.has(nameOf(price)))
    .map(({ price }) => price);
  const seen = new Set<string>();
  for (const each of prices) {
    const key = nameOf(each);
    if (seen.has(key))
      throw new CostsError(
        'usage',
        `The price of ${each.model}, ${each.tokenType} from ${formatDate(each.validFrom)} is in the file twice.`,
        { hint: 'Keep one of them.' },
      );
    seen.add(key);
  }
  return prices;
}

/** A price of what no usage counts, or in another unit, would be kept and never hold. */
function countedAs(provider: ProviderId, name: string, unit: UsageUnit | undefined, path: string): TokenType {
  const type = providerOf(provider).tokenTypeAliases[name] ?? name;
  if (!isTokenType(provider, type))
    throw unreadable(`${path}.tokenType ("${name}" is nothing that usage of ${providerName(provider)} counts)`, {
      hint: `One of: ${providerOf(provider).tokenTypes.join(', ')}`,
    });
  if (unit !== undefined && unit !== unitOf(type))
    throw unreadable(`${path}.unit (${type} is counted in ${unitOf(type)})`);
  return type;
}

function attempt<T>(read: () => T, context: z.RefinementCtx): T {
  try {
    return read();
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof CostsError ? error.message : 'not readable' });
    return z.NEVER;
  }
}

function parseJson(content: string): unknown {
  try {
    return parse(content);
  } catch (error) {
    const reason = error instanceof Error && error.message.startsWith('Duplicate key') ? `: ${error.message}` : '';
    throw new CostsError('usage', `The file is not valid JSON${reason}.`, {
      hint: 'See the form of one: costs usage prices list --json',
    });
  }
}

/** Of the two forms, the problem of the one that got further is the one to mend. */
function explain(error: z.ZodError): CostsError {
  const issues = error.issues.flatMap((issue) => (issue.code === 'invalid_union' ? issue.errors.flat() : [issue]));
  const issue = issues.sort((a, b) => b.path.length - a.path.length)[0];
  const path = (issue?.path ?? [])
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('');
  return unreadable(`${path === '' ? 'the document' : path.replace(/^\./, '')} (${problemOf(issue)})`);
}

function unreadable(what: string, { hint = 'See the form of one: costs usage prices list --json' } = {}): CostsError {
  return new CostsError('usage', `The file has a price that cannot be read: ${what}.`, { hint });
}
