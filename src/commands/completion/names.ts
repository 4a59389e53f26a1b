import type { Context } from '../../context.js';
import { argument, asItIs, defineCommand } from '../define.js';
import { NAME_KINDS, type NameKind } from './values.js';

/** What the scripts ask while somebody types: nothing, and quickly, is a better answer than an error. */
export const completionNames = defineCommand({
  name: 'completion names',
  description: 'Prints the names that completion offers, a line each; nothing where no store can be asked.',
  arguments: [argument('<kind>', 'of what').choices(NAME_KINDS)],
  examples: ['costs completion names projects'],
  neverWaits: true,
  verbatim: true,
  async run({ kind }: { kind: NameKind }, context: Context) {
    const names = await readNames(kind, context).catch(() => []);
    return { names: [...new Set(names)].sort() };
  },
  document: asItIs<{ names: string[] }>,
  render: ({ names }) => (names.length === 0 ? null : names.join('\n')),
});

async function readNames(kind: NameKind, context: Context): Promise<string[]> {
  if (!(await context.hasStore())) return [];
  const [store, { id }] = [await context.store(), await context.team()];
  switch (kind) {
    case 'organizations':
      return (await store.organizations.list(id)).map(({ name }) => name);
    case 'projects':
      return (await store.projects.list(id)).map(({ name }) => name);
    case 'members':
      return (await (await store.access()).members.list(id)).map(({ email }) => email);
    case 'tokens':
      return (await (await store.access()).tokens.list(id)).map(({ name }) => name);
    case 'budgets':
      return (await store.budgets.list(id)).map((budget) => budget.id);
  }
}
