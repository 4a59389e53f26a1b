import type { CheckFindings } from '../domain/finding.js';
import { parseDecimal } from '../domain/decimal.js';
import { shell } from '../domain/shell.js';
import { formatCount, plural } from '../domain/words.js';
import { formatMoney } from './format.js';
import { scopeOf } from './budgets.js';
import { distinctNames } from './distinct-names.js';
import type { Output } from './output.js';
import { escapeMarkdown } from './report-formats.js';
import { renderTable } from './table.js';
import { renderHint } from './hint.js';

/** Budgets as they stand, then what was found, each with the command that leads further. */
export function renderCheck(result: CheckFindings, team: string, output: Output): string {
  const { findings, notes, checks } = result;
  const { style } = output;
  const beyond = notes.length === 0 ? '' : ' beyond these notes';
  const lines = [
    ...(result.budgets.length === 0 ? [] : [renderBudgetStates(result, team, output), '']),
    ...findings.flatMap(({ id, subject, message, hint }) => [
      `${style.red('✖')} ${subject}: ${message} ${style.dim(`[${id}]`)}`,
      `  ${renderHint(hint)}`,
    ]),
    ...notes.map((note) => `${style.yellow('⚠')} ${renderHint(note)}`),
    ...messageLines(result, output),
    ...(result.acknowledged > 0 ? [`${plural(result.acknowledged, 'finding')} left alone → costs check list`] : []),
    ...(findings.length === 0 ? [`${style.green('✔')} Nothing found${beyond}: ${checks.join(', ')}.`] : []),
  ];
  return lines.join('\n');
}

function messageLines({ messages }: CheckFindings, { style }: Output): string[] {
  return messages.map(({ channel, findings, error }) => {
    if (error !== null) return `${style.red('✖')} ${error} ${renderHint(shell`costs notify test ${channel}`)}`;
    return findings === 0 ? `${channel}: nothing new to tell.` : `${channel}: ${plural(findings, 'finding')} sent.`;
  });
}

function renderBudgetStates({ budgets }: CheckFindings, team: string, output: Output): string {
  return renderTable(
    [
      { head: 'Budget for' },
      { head: 'So far', align: 'right' },
      { head: 'Of', align: 'right' },
      { head: '' },
      { head: '', align: 'right' },
      { head: 'Month end, expected', align: 'right', lesser: 'change' },
    ],
    budgets
      .map(distinctNames(budgets))
      .map((budget) => [
        scopeOf(budget, team),
        `${formatMoney(budget.spent)}${budget.estimated ? ' ~' : ''}`,
        formatMoney(budget.amount),
        budget.currency,
        `${formatCount((parseDecimal(budget.spent) * 100n) / parseDecimal(budget.amount))} %`,
        budget.projected === null ? '' : formatMoney(budget.projected),
      ]),
    output,
  );
}

/**
 * Workflow annotations: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 * @param tell writes a hint for whoever reads it there
 */
export function renderCheckGithub(
  { findings, notes, messages }: CheckFindings,
  tell: (hint: string) => string,
): string {
  const lines = [
    ...findings.map(
      ({ check, subject, message, hint }) =>
        `::error title=${escapeProperty(`costs: ${check}`)}::${escapeData(`${subject}: ${message} ${tell(hint)}`)}`,
    ),
    ...notes.map((note) => `::warning title=costs::${escapeData(tell(note))}`),
    ...messages.flatMap(({ error }) => (error === null ? [] : [`::error title=costs::${escapeData(error)}`])),
  ];
  return lines.length === 0 ? '::notice title=costs::Nothing found.' : lines.join('\n');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A comment for a pull request. */
export function renderCheckMarkdown(
  { findings, notes, budgets, messages }: CheckFindings,
  team: string,
  tell: (hint: string) => string,
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [
    findings.length === 0 ? '**Costs: nothing found.**' : `**Costs: ${findings.length} to look at.**`,
    ...(findings.length === 0
      ? []
      : [
          '',
          '| What | Finding | Next |',
          '| --- | --- | --- |',
          ...findings.map(({ subject, message, hint }) => line([subject, message, tell(hint)])),
        ]),
    ...(budgets.length === 0
      ? []
      : [
          '',
          '| Budget | So far | Of |',
          '| --- | ---: | ---: |',
          ...budgets
            .map(distinctNames(budgets))
            .map((each) =>
              line([
                scopeOf(each, team),
                `${formatMoney(each.spent)} ${each.currency}`,
                `${formatMoney(each.amount)} ${each.currency}`,
              ]),
            ),
        ]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${escapeMarkdown(tell(note))}`)]),
    ...messages.flatMap(({ error }) => (error === null ? [] : ['', `- ${escapeMarkdown(error)}`])),
  ].join('\n');
}
