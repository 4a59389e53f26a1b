import { describe, expect, it } from 'vitest';
import { findNamed, requireNamed } from '../../src/domain/find.js';
import { quoteForShell } from '../../src/domain/shell.js';

interface Thing {
  id: string;
  name: string;
  organization: string;
}

const things: Thing[] = [
  { id: 'p1', name: 'Search', organization: 'Acme' },
  { id: 'p2', name: 'search', organization: 'Other' },
  { id: 'p3', name: 'Assistant', organization: 'Acme' },
  { id: 'p4', name: 'Batch jobs', organization: 'Acme' },
  { id: 'p5', name: 'Batch jobs', organization: 'Other' },
];
const nameOf = ({ id, name, organization }: Thing) => ({ ids: [id], name, organization });
const KIND = { what: 'project', list: 'costs projects list' };
const find = (word: string) => requireNamed(word, things, nameOf, KIND).id;

describe('what a person types', () => {
  it('finds by id, by name, and by name without regard to case where that leaves only one', () => {
    expect(['p3', 'Search', 'search', 'ASSISTANT'].map(find)).toEqual(['p3', 'p1', 'p2', 'p3']);
  });

  it('finds by Organization/Name, and as reports tell them apart, what several are called', () => {
    expect(['Acme/Batch jobs', 'other/batch jobs'].map(find)).toEqual(['p4', 'p5']);
    expect(['Batch jobs (Acme)', 'batch jobs (other)'].map(find)).toEqual(['p4', 'p5']);
  });

  it('is refused with the ids where several go by it', () => {
    expect(() => find('SEARCH')).toThrow('"SEARCH" is the name of 2 projects: p1, p2.');
    expect(() => find('Batch jobs')).toThrow('p4, p5');
  });

  it('is refused where several have one id, and found by the id that they do not share', () => {
    const found = (word: string) =>
      requireNamed(
        word,
        ['openai', 'litellm'],
        (provider) => ({ ids: ['org-1', `${provider}/org-1`], name: 'Prod' }),
        KIND,
      );
    expect(() => found('org-1')).toThrow('"org-1" is the name of 2 projects: openai/org-1, litellm/org-1.');
    expect(found('litellm/org-1')).toBe('litellm');
  });

  it('is refused with what is written almost so, and never found by an empty word', () => {
    expect(() => find('Asistant')).toThrow('There is no project "Asistant". Did you mean Assistant?');
    expect(() => find('Bach jobs')).toThrow('Did you mean "Batch jobs"?');
    expect(() => find('Nothing alike')).toThrow(/"Nothing alike"\.$/);
    for (const word of ['', ' ']) expect(() => findNamed(word, things, nameOf, KIND)).toThrow('The name is empty');
    expect(findNamed('unknown', things, nameOf, KIND)).toBeNull();
  });
});

describe('a name in a command that is pasted', () => {
  it.each([
    ['org-1', 'org-1'],
    ['Acme EU', '"Acme EU"'],
    ['Acme $(touch /tmp/x)', "'Acme $(touch /tmp/x)'"],
    ["it's `id`", `'it'"'"'s \`id\`'`],
    ['', '""'],
  ])('%s is one word of the shell', (name, quoted) => {
    expect(quoteForShell(name)).toBe(quoted);
  });
});
