import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import type { Day } from '../../domain/day.js';
import { ALWAYS, checkTagKey, parseTag, type Tag } from '../../domain/tag.js';
import { CostsError } from '../../errors.js';
import { renderTagged } from '../../output/tags.js';
import { addExamples, addGlobalOptions, dayOption } from '../options.js';

interface TagOptions {
  from?: Day;
}

/** `costs projects tag` */
export function addTagCommand(parent: Command, open: OpenContext, run = tagCommand): Command {
  const command = parent
    .command('tag')
    .argument('<name-and-tag...>', 'projects by name or id, then one or more KEY=VALUE')
    .description('Tags projects: a product, a cost centre, a department. A report can group by it: --group-by tag:KEY.')
    .addOption(dayOption('--from <day>', 'the first day it holds, until the next one of its key (default: always)'))
    .action((words: string[], options: TagOptions) => run(words, options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, [
    'costs projects tag Search "Search staging" product=Search cost-centre=4711',
    'costs projects tag Assistant product=Support --from 2026-10-01',
  ]);
}

export async function tagCommand(
  words: readonly string[],
  { from = ALWAYS }: TagOptions,
  context: Context,
): Promise<void> {
  const names = words.filter((word) => !word.includes('='));
  const pairs = words.filter((word) => word.includes('=')).map(parseTag);
  if (names.length === 0 || pairs.length === 0) {
    throw new CostsError('usage', 'A tag needs a project and a KEY=VALUE.', {
      hint: 'costs projects tag Search product=Search',
    });
  }
  const projects = await findAll(names, context);
  const tags = projects.flatMap(({ id }) => pairs.map(({ key, value }): Tag => ({ projectId: id, key, value, from })));
  await (await context.store()).tags.set(tags);
  context.output.write<Documents['projects tag']>(
    { projects: projects.map(({ id, name }) => ({ id, name })), tags },
    renderTagged,
  );
}

/** `costs projects untag` */
export function addUntagCommand(parent: Command, open: OpenContext, run = untagCommand): Command {
  const command = parent
    .command('untag')
    .argument('<name-and-key...>', 'projects by name or id, then the key')
    .description('Takes a tag off projects: from a day on, or as if it had never been there.')
    .addOption(dayOption('--from <day>', 'the first day without it (default: always)'))
    .action((words: string[], options: TagOptions) => run(words, options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, [
    'costs projects untag Search product',
    'costs projects untag Search product --from 2026-10-01',
  ]);
}

export async function untagCommand(words: readonly string[], { from }: TagOptions, context: Context): Promise<void> {
  const key = checkTagKey(words.at(-1) ?? '');
  const names = words.slice(0, -1);
  if (names.length === 0)
    throw new CostsError('usage', 'Which project?', { hint: `costs projects untag PROJECT ${key}` });
  const projects = await findAll(names, context);
  const { tags } = await context.store();
  const ended = projects.map(({ id }): Tag => ({ projectId: id, key, value: null, from: from ?? ALWAYS }));
  if (from === undefined)
    await tags.remove(
      projects.map(({ id }) => id),
      key,
    );
  else await tags.set(ended);
  context.output.write<Documents['projects untag']>(
    { projects: projects.map(({ id, name }) => ({ id, name })), tags: ended },
    renderTagged,
  );
}

async function findAll(names: readonly string[], context: Context) {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const projects = [];
  for (const name of names) projects.push(await store.projects.find(team.id, name));
  return projects;
}
