import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import { toDay } from '../domain/day.js';
import { GROUP_WORDS, REPORT_BASES, type GroupWord, type ReportBasis, type ReportQuery } from '../domain/report.js';
import { renderReport } from '../output/report.js';
import { selectOrganizations } from './organizations.js';
import { addExamples, addGlobalOptions, dayOption, organizationOption, providerOption, type SelectionOptions } from './options.js';
import { PERIODS, resolvePeriod, type PeriodOptions } from './period.js';

export interface ReportOptions extends SelectionOptions, PeriodOptions {
  groupBy: GroupWord[];
  project?: string;
  basis: ReportBasis;
}

/** `costs report` */
export function addReportCommand(parent: Command, open: OpenContext, run = reportCommand): Command {
  const command = parent
    .command('report')
    .description('Totals of what was billed; month to date by project when nothing is said. Days are UTC days.')
    .addOption(dayOption('--since <day>', 'first day, YYYY-MM-DD'))
    .addOption(dayOption('--until <day>', 'last day, included'))
    .option('--period <period>', `${PERIODS.join(', ')}, or a month such as 2026-10`)
    .addOption(groupByOption())
    .addOption(providerOption())
    .addOption(organizationOption())
    .addOption(new Option('--basis <basis>', 'bills alone, estimates from usage alone, or bills and estimates where there is none').choices(REPORT_BASES).default('best'))
    .option('--project <name|id>', 'only this project')
    .action((options: ReportOptions) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, [
    'costs report',
    'costs report --period last-month --group-by provider,model',
    'costs report --since 2026-01-01 --until 2026-01-31 --group-by project,day --json',
  ]);
}

function groupByOption(): Option {
  return new Option('--group-by <words>', `one to three of ${GROUP_WORDS.join(', ')}`)
    .default(['project'], 'project')
    .argParser((text) => {
      const words = text.split(',').map((word) => word.trim());
      const unknown = words.find((word) => !(GROUP_WORDS as readonly string[]).includes(word));
      if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is not one of ${GROUP_WORDS.join(', ')}.`);
      if (words.length > 3 || new Set(words).size < words.length) throw new InvalidArgumentError('Give one to three different words.');
      return words;
    });
}

export async function reportCommand(options: ReportOptions, context: Context): Promise<void> {
  const today = toDay(context.now());
  const { previous, ...span } = resolvePeriod(options, today);
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const [organization] = options.organization === undefined ? [] : await selectOrganizations(context, options);
  const project = options.project === undefined ? undefined : await store.projects.find(team.id, options.project);
  const query: ReportQuery = {
    ...span,
    teamId: team.id,
    groupBy: options.groupBy,
    basis: options.basis,
    ...(options.provider === undefined ? {} : { provider: options.provider }),
    ...(organization === undefined ? {} : { organizationId: organization.organizationId }),
    ...(project === undefined ? {} : { projectId: project.id }),
  };
  const report = await store.reports.run(query, today);
  const comparison = context.output.json ? null : await store.reports.compare(query, previous);
  context.output.write(report, (value, output) => renderReport({ report: value, comparison, team: team.name, now: context.now() }, output));
}
