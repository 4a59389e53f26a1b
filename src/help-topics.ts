import { readFileSync } from 'node:fs';
import { Help, type Command } from 'commander';
import { schemaOf } from './schemas.js';

/** What `costs help TOPIC` explains beside the commands, and the section of the README that says it. */
export const HELP_TOPICS = { 'exit-codes': 'Exit codes', environment: 'Environment', json: 'JSON' } as const;

/**
 * Adds the topic that `argv` asks help for, if it is one. The text is the README's own section, which every package
 * carries: two texts would come to disagree. `help json` followed by a command is the schema of its document.
 */
export function addHelpTopic(program: Command, argv: readonly string[]): void {
  const [first, topic, ...words] = argv.filter((word) => !word.startsWith('-'));
  if (first !== 'help' || topic === undefined || !Object.hasOwn(HELP_TOPICS, topic)) return;
  const command = program.command(topic, { hidden: true });
  command.helpInformation = () =>
    topic === 'json' && words.length > 0
      ? `${JSON.stringify(schemaOf(words.join(' ')), null, 2)}\n`
      : topicText(HELP_TOPICS[topic as keyof typeof HELP_TOPICS]);
}

/** A section of the README as plain text: tables become lists of at most 79 columns, the rest stays as written. */
function topicText(heading: string): string {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const start = readme.indexOf(`\n## ${heading}\n`) + 1;
  const end = readme.indexOf('\n## ', start);
  const lines = readme.slice(start, end < 0 ? undefined : end).split('\n');
  const rows = lines.map(cellsOf);
  const width = Math.min(Math.max(0, ...rows.map((row) => row?.[0]?.length ?? 0)), 24);
  const help = new Help();
  help.prepareContext({ helpWidth: 79 });
  const text = lines.flatMap((line, index) => {
    const cells = rows[index];
    if (cells === undefined) return line.startsWith('```') ? [] : [line.replace(/^## /, '')];
    const [term = '', meaning = ''] = cells;
    if (/^-+$/.test(term) || /^-+$/.test(rows[index + 1]?.[0] ?? '')) return [];
    return term.length <= width
      ? [help.formatItem(term, width, meaning, help)]
      : [`  ${term}`, help.formatItem('', width, meaning, help)];
  });
  return `${text.join('\n').trim()}\n`;
}

function cellsOf(line: string): string[] | undefined {
  if (!line.startsWith('|')) return undefined;
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim().replaceAll('`', ''));
}
