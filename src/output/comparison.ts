import type { Comparison } from '../domain/comparison.js';
import type { PriceWarning } from '../domain/comparison-warnings.js';
import type { Day } from '../domain/day.js';
import { formatDecimal, parseDecimal, ratio, sum, type Decimal, type DecimalText } from '../domain/decimal.js';
import { groupInto } from '../domain/group-into.js';
import type { ProviderId } from '../domain/provider.js';
import { providerName } from '../providers/registry.js';
import { distinctNames } from './distinct-names.js';
import { formatMoney, mostShown } from './format.js';
import { formatCount, formatDate, formatSpan, plural } from '../domain/words.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';

/** The document of `usage compare --json`; amounts are exact decimals as text, shares fractions of one. */
export interface ComparisonDocument {
  since: Day;
  until: Day;
  totals: {
    currency: string;
    billed: DecimalText;
    estimated: DecimalText;
    explained: DecimalText;
    share: DecimalText | null;
  }[];
  rows: {
    provider: ProviderId;
    organizationId: string;
    project: string;
    projectId: string;
    model: string | null;
    day: Day;
    currency: string;
    billed: DecimalText;
    /** Null where nothing used has a price. */
    estimated: DecimalText | null;
    explained: DecimalText;
    share: DecimalText | null;
  }[];
  unexplained: {
    provider: ProviderId;
    organizationId: string;
    lineItem: string;
    model: string | null;
    currency: string;
    billed: DecimalText;
    rest: DecimalText;
  }[];
  warnings: (PriceWarning & { message: string })[];
  unpriced: {
    provider: string;
    model: string;
    tokenType: string;
    unit: string;
    tier: string;
    quantity: DecimalText;
    cost: null;
  }[];
  daysLeftOut: { provider: ProviderId; organizationId: string; name: string; days: Day[] }[];
}

export function toComparisonDocument({
  groups,
  unexplained,
  warnings,
  totals,
}: Comparison): Pick<ComparisonDocument, 'totals' | 'rows' | 'unexplained' | 'warnings'> {
  return {
    totals: totals.map(({ currency, billed, estimated, explained }) => ({
      currency,
      billed: formatDecimal(billed),
      estimated: formatDecimal(estimated),
      explained: formatDecimal(explained),
      share: shareOf(explained, billed),
    })),
    rows: groups.map(({ model, billed, estimated, explained, ...rest }) => ({
      ...rest,
      model: model === '' ? null : model,
      billed: formatDecimal(billed),
      estimated: estimated === null ? null : formatDecimal(estimated),
      explained: formatDecimal(explained),
      share: shareOf(explained, billed),
    })),
    unexplained: unexplained.map(({ model, billed, rest, ...item }) => ({
      ...item,
      model: model === '' ? null : model,
      billed: formatDecimal(billed),
      rest: formatDecimal(rest),
    })),
    warnings: warnings.map((warning) => ({ ...warning, message: toSentence(warning) })),
  };
}

/** To six places, cut and not rounded: only what is explained whole is 1. Null where nothing was billed. */
function shareOf(explained: Decimal, billed: Decimal): string | null {
  if (billed <= 0n) return null;
  return formatDecimal(ratio(explained, billed, 6));
}

function toSentence({ code, provider, model, parts }: PriceWarning): string {
  const factors = [...new Set(parts.map(({ factor }) => factor))];
  const what = parts.every(({ tokenType }) => tokenType === null)
    ? ''
    : ` (${parts.map(({ tokenType, tier }) => [tokenType, tier === 'standard' ? '' : tier].join(' ').trim()).join(', ')})`;
  const since = parts.map((part) => part.since).sort()[0] ?? '';
  const days = Math.max(...parts.map((part) => part.days));
  const reason = code === 'unit' ? 'a unit must be wrong' : 'its price is another than the one in the price book';
  const name = model === '' ? 'the tools' : model;
  return `${providerName(provider)} bills ${name}${what} at ${factors.join(' and ')} times the estimate on ${plural(days, 'day')} since ${formatDate(since)}: ${reason}.`;
}

const TOP = 10;

export function renderComparison(document: ComparisonDocument, output: Output): string {
  const { since, until, totals, rows, unexplained, warnings, unpriced, daysLeftOut } = document;
  const { style } = output;
  const right = { align: 'right' as const };
  const head = totals.map(
    ({ currency, billed, estimated, share }) =>
      `Billed ${formatMoney(billed)} ${currency}, estimated from usage ${formatMoney(estimated)} ${currency}${share === null ? '' : `: ${percent(share)} explained`}.`,
  );
  const projects = renderTable(
    [
      { head: 'Project' },
      { head: 'Model' },
      { head: 'Billed', ...right },
      { head: 'Estimated', ...right },
      { head: 'Explained', ...right },
      { head: '' },
    ],
    byModel(rows)
      .map(distinctNames(rows))
      .map((row) => [
        row.project,
        row.model ?? '(no model)',
        formatMoney(row.billed),
        row.estimated === null ? 'unknown' : `~${formatMoney(row.estimated)}`,
        percent(row.share),
        row.currency,
      ]),
    output,
  );
  const most = mostShown(output, TOP);
  const rest = unexplained
    .slice(0, most)
    .map(({ lineItem, rest, currency }) => [lineItem, formatMoney(rest, { signed: true }), currency]);
  const left = daysLeftOut.filter(({ days }) => days.length > 0);
  return [
    `${formatSpan(since, until)} (UTC)`,
    ...head,
    projects,
    ...(rest.length === 0
      ? []
      : [
          '',
          style.bold('Not explained'),
          renderTable([{ head: '' }, { head: '', ...right }, { head: '' }], rest, output),
        ]),
    ...(unexplained.length > most ? [`and ${plural(unexplained.length - most, 'smaller one')}: --json`] : []),
    ...warnings.map(({ message }) => `${style.yellow('⚠')} ${message}`),
    ...(unpriced.length === 0
      ? []
      : [
          `${plural(unpriced.length, 'kind')} of usage ${unpriced.length === 1 ? 'has' : 'have'} no price → costs usage prices check`,
        ]),
    ...left.map(
      ({ name, days }) =>
        `${name}: ${plural(days.length, 'day')} left out; bills or usage of them were not read after their end.`,
    ),
  ].join('\n');
}

function percent(share: string | null): string {
  return share === null ? '' : `${formatCount(Math.floor(Number(share) * 10_000) / 100)} %`;
}

type Row = ComparisonDocument['rows'][number];

/** Days added up, for people; each day is in the JSON document. */
function byModel(rows: readonly Row[]): Row[] {
  const addUp = (amounts: readonly DecimalText[]) => sum(amounts.map((each) => parseDecimal(each)));
  return groupInto(rows, ({ projectId, model, currency }) => [projectId, model, currency]).map((days) => {
    const billed = addUp(days.map((day) => day.billed));
    const explained = addUp(days.map((day) => day.explained));
    const estimated = days.flatMap((day) => day.estimated ?? []);
    return {
      ...days[0],
      billed: formatDecimal(billed),
      estimated: estimated.length === 0 ? null : formatDecimal(addUp(estimated)),
      share: shareOf(explained, billed),
    };
  });
}
