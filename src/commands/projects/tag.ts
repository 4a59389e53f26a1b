import type { Context } from '../../context.js';
import { toDay } from '../../domain/day.js';
import { ALWAYS, checkTagKey, parseTag, type Tag } from '../../domain/tag.js';
import { firstDayOf, parseTime } from '../../domain/time.js';
import { plural } from '../../domain/words.js';
import { CostsError } from '../../errors.js';
import { renderTagged, type Tagged } from '../../output/tags.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, defineCommand, asItIs } from '../define.js';
import { requireProject } from '../../library/find.js';
import { timeOption } from '../options.js';

interface TagOptions {
  from?: string;
}

export const tagProjects = defineCommand({
  name: 'projects tag',
  description: 'Tags projects: a product, a cost centre, a department. A report can group by it: --group-by tag:KEY.',
  arguments: [argument('<name-and-tag...>', 'projects by name or id, then one or more KEY=VALUE')],
  options: [timeOption('--from <day>', 'the first day it holds, until the next one of its key (default: always)')],
  examples: [
    'costs projects tag Search "Search staging" product=Search cost-centre=4711',
    'costs projects tag Assistant product=Support --from 2026-Q4',
  ],
  async run({ nameAndTag: words, ...options }: TagOptions & { nameAndTag: string[] }, context: Context) {
    const names = words.filter((word) => !word.includes('='));
    const pairs = words.filter((word) => word.includes('=')).map(parseTag);
    if (names.length === 0 || pairs.length === 0) {
      throw new CostsError('usage', 'A tag needs a project and a KEY=VALUE.', {
        hint: 'costs projects tag --help',
      });
    }
    const projects = await findAll(names, context);
    const from = (await firstDay(options, context)) ?? ALWAYS;
    const tags = projects.flatMap(({ id }) =>
      pairs.map(({ key, value }): Tag => ({ projectId: id, key, value, from })),
    );
    const [store, team] = await Promise.all([context.store(), context.team()]);
    await store.tags.set(team.id, tags);
    return { projects: projects.map(({ id, name }) => ({ id, name })), tags };
  },
  document: asItIs<Tagged>,
  render: renderTagged,
});

export const untagProjects = defineCommand({
  name: 'projects untag',
  description: 'Takes a tag off projects: from a day on, or as if it had never been there.',
  arguments: [argument('<name-and-key...>', 'projects by name or id, then the key')],
  options: [timeOption('--from <day>', 'the first day without it (default: always)'), confirmOption()],
  examples: ['costs projects untag Search product', 'costs projects untag Search product --from 2026-10-01'],
  run: untag,
  document: asItIs<Tagged>,
  render: renderTagged,
});

async function untag(
  { nameAndKey: words, yes, ...options }: TagOptions & { nameAndKey: string[]; yes?: boolean },
  context: Context,
) {
  const key = checkTagKey(words.at(-1) ?? '');
  const names = words.slice(0, -1);
  if (names.length === 0) throw new CostsError('usage', 'Which project?', { hint: 'costs projects untag --help' });
  const projects = await findAll(names, context);
  const from = await firstDay(options, context);
  const [{ tags }, team] = await Promise.all([context.store(), context.team()]);
  const ended = projects.map(({ id }): Tag => ({ projectId: id, key, value: null, from: from ?? ALWAYS }));
  if (from === null) {
    const ids = projects.map(({ id }) => id);
    const going = (await tags.list(team.id)).filter((each) => each.key === key && ids.includes(each.projectId));
    // One value is told by the command itself; a history is not.
    if (going.length > new Set(going.map(({ projectId }) => projectId)).size) {
      const question = `Remove all ${plural(going.length, 'value')} of ${key} with the days they held, for good?`;
      await confirm(context.output, { yes, question });
    }
    await tags.remove(team.id, ids, key);
  } else await tags.set(team.id, ended);
  return { projects: projects.map(({ id, name }) => ({ id, name })), tags: ended };
}

async function firstDay({ from }: TagOptions, context: Context) {
  return from === undefined ? null : firstDayOf(parseTime(from), toDay(await context.clock()));
}

async function findAll(names: readonly string[], context: Context) {
  const projects = [];
  for (const name of names) projects.push(await requireProject(context, name));
  return projects;
}
