import { readFileSync } from 'node:fs';
import { Help, type Command } from 'commander';
import { packageFile } from '../package-files.js';
import { schemaOf } from '../schemas.js';

/** What `costs help TOPIC` explains beside the commands: one Markdown file each in this folder, which the README links to. */
export const HELP_TOPICS = [
  'checks',
  'deploying',
  'environment',
  'exit-codes',
  'focus',
  'json',
  'library',
  'numbers',
  'page',
  'performance',
  'provider',
  'security',
  'times',
  'usage',
] as const;

/** Descriptions that are wrapped narrower than this can hardly be read. */
const LEAST_WIDTH = 20;

/** How help is laid out: a description stands below its term where the terminal has too little room beside it. */
export const HELP_LAYOUT = {
  minWidthToWrap: LEAST_WIDTH,
  formatItem(this: Help, term: string, termWidth: number, description: string, helper: Help): string {
    const format = (name: string, width: number) =>
      Help.prototype.formatItem.call(this, name, width, description, helper);
    // Two columns stand before a term, two behind it.
    const room = (helper.helpWidth ?? Infinity) - termWidth - 4;
    if (description === '' || room >= LEAST_WIDTH) return format(term, termWidth);
    return `${term === '' ? '' : `  ${term}\n`}${format('', 2)}`;
  },
};

/**
 * Adds the topic that `argv` asks help for, if it is one. `help json` followed by a command is the schema of its document;
 * a topic that is a command, too (`usage`), stands after that command's own help.
 * @param width columns
 */
export function addHelpTopic(program: Command, argv: readonly string[], width: number): void {
  const [first, topic, ...words] = argv.filter((word) => !word.startsWith('-'));
  if (first !== 'help' || topic === undefined || !HELP_TOPICS.some((each) => each === topic)) return;
  const existing = program.commands.find((each) => each.name() === topic);
  if (existing !== undefined) existing.addHelpText('after', () => `\n${topicText(topic, width)}`.trimEnd());
  else
    program.command(topic, { hidden: true }).helpInformation = () =>
      topic === 'json' && words.length > 0
        ? `${JSON.stringify(schemaOf(words.join(' ')), null, 2)}\n`
        : topicText(topic, width, words[0]);
}

/**
 * A topic as plain text: paragraphs wrapped, tables as lists, code as it is written.
 * @param section of it alone, where it has one of that name, or of several that this is one of
 */
function topicText(topic: string, width: number, section = ''): string {
  const whole = readFileSync(packageFile(`src/help/${topic}.md`), 'utf8');
  const isAsked = (part: string) => /^## (.+)\n/.exec(part)?.[1]?.split(', ').includes(section) === true;
  const markdown = whole.split(/^(?=## )/m).find(isAsked) ?? whole;
  return `${blocksOf(markdown)
    .map((block) => printBlock(block, width))
    .join('\n\n')
    .trim()}\n`;
}

/** Paragraphs, lists, tables and fenced code, apart. */
function blocksOf(markdown: string): string[][] {
  const blocks: string[][] = [[]];
  let fenced = false;
  for (const line of markdown.split('\n').filter((each) => !each.startsWith('<!--'))) {
    const fence = line.startsWith('```');
    if ((fence && !fenced) || (line === '' && !fenced)) blocks.push([]);
    if (line !== '' || fenced) blocks.at(-1)?.push(line);
    if (fence && fenced) blocks.push([]);
    if (fence) fenced = !fenced;
  }
  return blocks.filter((block) => block.length > 0);
}

function printBlock(lines: string[], width: number): string {
  const [first = ''] = lines;
  if (first.startsWith('```'))
    return lines
      .filter((line) => !line.startsWith('```'))
      .map(indented)
      .join('\n');
  if (first.startsWith('#')) return plain(first.replace(/^#+ /, ''));
  if (first.startsWith('|')) return printTable(lines, width);
  const items = lines.join('\n').split(/\n(?=- )/);
  return items.map((item) => (item.startsWith('- ') ? printItem(item, width) : wrapped(item, width))).join('\n');
}

function printItem(item: string, width: number): string {
  return wrapped(item.slice(2), width - 2)
    .split('\n')
    .map((line, index) => (index === 0 ? `- ${line}` : indented(line)))
    .join('\n');
}

/** A table of two columns as a list of terms; one of more with its head, the further cells of a row after one another. */
function printTable(lines: string[], width: number): string {
  const [head = [], , ...rows] = lines.map(cellsOf);
  const shown = head.length > 2 ? [head, ...rows] : rows;
  const termWidth = Math.min(Math.max(...shown.map(([term = '']) => term.length)), 24);
  const help = Object.assign(new Help(), HELP_LAYOUT, { helpWidth: width });
  return shown
    .map(([term = '', ...cells]) => {
      const meaning = cells.filter((cell) => cell !== '').join(' · ');
      return term.length <= termWidth
        ? help.formatItem(term, termWidth, meaning, help)
        : `${indented(wrapped(term, width - 2)).replaceAll('\n', '\n  ')}\n${help.formatItem('', termWidth, meaning, help)}`;
    })
    .join('\n');
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => plain(cell.trim()));
}

const indented = (line: string) => `  ${line}`;

function wrapped(text: string, width: number): string {
  return Object.assign(new Help(), HELP_LAYOUT).boxWrap(plain(text.replaceAll(/\n\s*/g, ' ')), width);
}

/** Text without the marks of Markdown; of a link stays what it is called. */
function plain(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll(/\*\*|`/g, '');
}
