import type { Day } from '../domain/day.js';
import { providerOf } from '../providers/registry.js';
import type { NewSpend, OrganizationResult, SyncResult } from '../domain/results.js';
import { distinctNames } from './distinct-names.js';
import { inWords } from './findings.js';
import { moveLines, renaming } from './projects.js';
import { formatAmounts } from './format.js';
import { formatDay, formatDays, nameSome, plural, weekdayOf } from '../domain/words.js';
import { shell } from '../domain/shell.js';

const SHOWN = 5;

/** What a run says after its organizations: yesterday's bill, what changed, what is new, what nobody knew. */
export function closingLines(result: SyncResult): string[] {
  return [
    ...yesterday(result),
    ...restatements(result),
    ...altered(result),
    ...contradicted(result),
    ...priceJumps(result),
    ...newProjects(result),
    ...renamings(result),
    ...adoptions(result),
    ...drift(result),
  ];
}

function yesterday({ yesterday: known }: SyncResult): string[] {
  if (known === undefined) return [];
  const { day, organizations, of, totals } = known;
  const some = organizations < of ? `, ${organizations} of ${plural(of, 'organization')}` : '';
  const amounts = totals.length === 0 ? 'nothing' : formatAmounts(totals);
  return [`Yesterday (${weekdayOf(day)} ${formatDay(day)}, provisional${some}): ${amounts}`];
}

function restatements({ organizations, basis }: SyncResult): string[] {
  const restated = organizations.filter((each) => each.restated.rows > 0);
  // Estimates are made again whenever prices change; only bills have a history.
  const more = basis === 'billed' ? ' → costs changes' : '';
  return restated.map(({ name, restated: { rows, days, difference } }) => {
    const where = organizations.length > 1 ? ` (${name})` : '';
    return `Changed after first report: ${plural(rows, 'row')} on ${plural(days, 'day')}, ${formatAmounts(difference, { signed: true })}${where}${more}`;
  });
}

function altered({ organizations }: SyncResult): string[] {
  return organizations.flatMap(({ name, altered: days = [] }) =>
    days.length === 0
      ? []
      : [
          `${name}: ${plural(days.length, 'day was', 'days were')} changed outside costs and put right: ${formatDays(days)} → ${shell`costs verify --since ${days[0] ?? ''}`}`,
        ],
  );
}

/** What another program stored stays until somebody decides: nothing was proven of it. */
function contradicted({ organizations, basis }: SyncResult): string[] {
  return organizations.flatMap(({ name, organizationId, contradicted: days = [] }) => {
    const [since, until] = [days[0], days.at(-1)];
    if (since === undefined || until === undefined) return [];
    if (basis === 'usage') {
      const anew = shell`costs backfill --basis usage --organization ${organizationId} --since ${since} --until ${until} --force --accept-restatement`;
      return [
        `${name}: the usage of ${plural(days.length, 'adopted day')} is read, and the estimates stay as adopted: ${formatDays(days)}. To make them again → ${anew}`,
      ];
    }
    // Not with --force: it would take the guard off the days between, which are settled, too.
    const backfill = shell`costs backfill --organization ${organizationId} --since ${since} --until ${until} --accept-restatement`;
    return [`${staysAsAdopted(name, days, 'the provider bills')} To take the provider's bills → ${backfill}`];
  });
}

/** @param what the answer says otherwise */
export function staysAsAdopted(name: string, days: readonly Day[], what: string): string {
  const [are, stay] = days.length === 1 ? ['is', 'stays'] : ['are', 'stay'];
  return `${name}: ${plural(days.length, 'adopted day')} ${are} not what ${what}, and ${stay} as adopted: ${formatDays(days)}.`;
}

/** One line, however many there are: it is a note, and `check` has them all. */
function priceJumps({ organizations }: SyncResult): string[] {
  const jumps = organizations.flatMap(({ name, priceJumps = [] }) => priceJumps.map((jump) => ({ name, jump })));
  const [first] = jumps;
  if (first === undefined) return [];
  const more = jumps.length > 1 ? `, and ${plural(jumps.length - 1, 'more line item')}` : '';
  const { name, jump } = first;
  return [
    `${name}, ${formatDay(jump.day)}: ${inWords(jump)}${more} → ${shell`costs check --price --since ${jump.day}`}`,
  ];
}

/** Told once, by the run that took the name: nothing of the old one is left. */
function renamings({ organizations }: SyncResult): string[] {
  return organizations.flatMap(({ name, renamed = [] }) => {
    if (renamed.length === 0) return [];
    return [`Renamed by the provider, not linked: ${nameSome(renamed.map(renaming), SHOWN)} (${name})`];
  });
}

/** Told once, by the run that did it: nothing of it is left to see afterwards. */
function adoptions({ organizations }: SyncResult): string[] {
  return organizations.flatMap(({ adopted = [] }) =>
    adopted.flatMap((each) => [
      `"${each.project}" of the old system took over what had been collected of its provider project.`,
      ...moveLines(each),
    ]),
  );
}

function newProjects({ organizations, newSpend = [] }: SyncResult): string[] {
  const lines = newSpend
    .slice(0, SHOWN)
    .map(distinctNames(newSpend))
    .map(
      ({ project, organization, since, totals }) =>
        `New, not linked: ${ofOrganization(project, organization)}, ${formatAmounts(totals)} since ${formatDay(since)}`,
    );
  if (newSpend.length > SHOWN) lines.push(`New, not linked: ${plural(newSpend.length - SHOWN, 'more project')}`);
  const silent = organizations.flatMap((each) => withoutSpend(each, newSpend));
  const all = [...lines, ...silent];
  return all.length === 0 ? [] : [...all, '  → costs projects list --unlinked'];
}

/** Where several projects have one name, the organization stands behind it already. */
function ofOrganization(project: string, organization: string): string {
  const behind = ` (${organization})`;
  return project.endsWith(behind) ? project : `${project}${behind}`;
}

/** New projects of which no bill is known, such as those that only usage names. */
function withoutSpend({ name, newProjects: names }: OrganizationResult, spend: readonly NewSpend[]): string[] {
  const left = names.filter(
    (each) => !spend.some(({ project, organization }) => project === each && organization === name),
  );
  if (left.length === 0) return [];
  return [`New, not linked: ${nameSome(left, SHOWN)} (${name})`];
}

/** Once a provider: what its answers have of new fields and values is the same for each of its organizations. */
function drift({ organizations }: SyncResult): string[] {
  const providers = [...new Set(organizations.map(({ provider }) => provider))];
  return providers.flatMap((provider) => {
    const seen = organizations.filter((each) => each.provider === provider).flatMap((each) => each.drift);
    const paths = [...new Set(seen.map(({ path }) => path))].sort();
    const values = paths.filter((path) => path.includes('='));
    const fields = paths.filter((path) => !path.includes('='));
    const { name } = providerOf(provider);
    return [
      ...(fields.length === 0 ? [] : [`New fields in ${name}'s answers, not stored: ${fields.join(', ')}`]),
      ...(values.length === 0 ? [] : [`New values in ${name}'s answers, stored as they came: ${values.join(', ')}`]),
    ];
  });
}
