import type { Context } from '../../context.js';
import type { FocusImport, FocusImportRequest } from '../../domain/focus-import.js';
import { CostsError } from '../../errors.js';
import { importFocus } from '../../library/import-focus.js';
import { renderFocusImport } from '../../output/focus-import.js';
import { FILE_PROVIDERS } from '../../providers/file-list.js';
import { argument, asItIs, defineCommand, option } from '../define.js';
import { refuseKeyed } from '../file-provider.js';
import { providerOption } from '../options.js';
import { scopeOf, scopeOptions, type ScopeOptions } from '../scope-options.js';
import { exitCodeOf } from '../../domain/exit-code.js';
import { during } from '../../output/during.js';

export interface ImportFocusOptions extends ScopeOptions {
  path: string[];
  provider?: string;
  organization?: string;
  account?: string;
  services?: boolean;
  period?: string;
  dryRun?: boolean;
  acceptRestatement?: boolean;
}

/** The services that are AI, and of whom; null where files were imported. */
interface ServiceList {
  services: { provider: string; service: string }[];
}

export const importFocusFiles = defineCommand({
  name: 'import focus',
  description:
    'Imports FOCUS files (1.0 to 1.4; CSV, CSV.gz, JSON lines, Parquet) that AWS, Azure, Google Cloud, Vercel and others export, a billing period as a whole.',
  arguments: [argument('[path...]', 'files and folders; of a folder with manifests, the newest complete delivery')],
  options: [
    providerOption('whose files they are, or what to call another company, such as oracle (default: as they say)'),
    option('--organization <name>', 'what to call a billing account that is new (default: its name in the files)'),
    option('--account <id>', 'only this billing account; files that name none, as those of Vercel, are of this one'),
    option('--services', 'print the services that are AI, and import nothing'),
    option('--period <month>', 'only this billing period, such as 2026-11'),
    ...scopeOptions(),
    option('--dry-run', 'say what would be stored, and store nothing'),
    option('--accept-restatement', 'store it even when most of what is stored of a period would be lost'),
  ],
  examples: [
    'costs import focus ./exports/aws --dry-run',
    'costs import focus november.csv.gz --period 2026-11 --project-by tag:team',
    'costs import focus --services',
  ],
  makesStore: true,
  run,
  document: asItIs<FocusImport | ServiceList>,
  render: (value, output) => ('services' in value ? renderServices(value) : renderFocusImport(value, output)),
  failures: (value) => ('services' in value ? [] : value.organizations),
  next: (value) => (!('services' in value) && isFirstImport(value) ? 'Next: costs report' : null),
  exitCode: (value) => ('services' in value ? 0 : exitCodeOf(value)),
});

async function run(options: ImportFocusOptions, context: Context) {
  if (options.services === true) return listServices();
  if (options.path.length === 0)
    throw new CostsError('usage', 'Which files?', { hint: 'Name files or folders: costs import focus --help' });
  const { period } = options;
  refuseKeyed(options.provider, '--provider');
  if (period !== undefined && !/^\d{4}-(?:0[1-9]|1[0-2])$/.test(period))
    throw new CostsError('usage', `"${period}" is not a billing period.`, { hint: 'Write it as 2026-11.' });
  const request: FocusImportRequest = {
    paths: options.path,
    ...scopeOf(options),
    dryRun: options.dryRun === true,
    acceptRestatement: options.acceptRestatement === true,
    ...(options.provider === undefined ? {} : { provider: options.provider }),
    ...(options.organization === undefined ? {} : { name: options.organization }),
    ...(period === undefined ? {} : { period }),
    ...(options.account === undefined ? {} : { account: options.account }),
  };
  return during(context.output, 'Reading files …', () => importFocus(context, request));
}

/** As after a first sync. */
function isFirstImport({ organizations, runId }: FocusImport): boolean {
  return (
    runId !== null && organizations.some(({ error, lines, inserted }) => !error && lines > 0 && inserted === lines)
  );
}

function listServices(): ServiceList {
  return {
    services: FILE_PROVIDERS.flatMap(({ id, files }) =>
      files.aiServices.map(({ such }) => ({ provider: id, service: such })),
    ),
  };
}

function renderServices({ services }: ServiceList): string {
  return [
    ...services.map(({ provider, service }) => `${provider}: ${service}`),
    'Of each, also what its files put into the category "AI and Machine Learning".',
    'To keep another: --service NAME',
  ].join('\n');
}
