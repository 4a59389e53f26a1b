import { describe, expect, it } from 'vitest';
import { contentsOf, releaseChangelog } from '../.ci/release.js';

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- Something.

## [0.1.0] – 2026-11-01

- The first.
`;

describe('a release', () => {
  it('moves what was not released under its version, and leaves room for what comes', () => {
    const { text, notes } = releaseChangelog(CHANGELOG, '0.2.0', '2026-12-01');
    expect(text).toBe(CHANGELOG.replace('## [Unreleased]', '## [Unreleased]\n\n## [0.2.0] – 2026-12-01'));
    expect(notes).toBe('### Added\n\n- Something.');
  });

  it('is refused where nothing is new, or its version was released before', () => {
    const empty = CHANGELOG.replace('### Added\n\n- Something.\n\n', '');
    expect(() => releaseChangelog(empty, '0.2.0', '2026-12-01')).toThrow('nothing that was not released');
    expect(() => releaseChangelog(CHANGELOG, '0.1.0', '2026-12-01')).toThrow('0.1.0 already');
  });

  it('lists the packages of the bundle and those beside it, and no tool it was made with', () => {
    const component = (name: string, version: string) => ({
      'bom-ref': `${name}@${version}`,
      name,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    });
    const [zod, zod3, pglite, eslint, utc] = [
      component('zod', '4.0.0'),
      component('zod', '3.0.0'),
      component('@electric-sql/pglite', '0.5.14'),
      component('eslint', '10.0.0'),
      component('@date-fns/utc', '2.1.1'),
    ];
    const all = {
      metadata: { component: { 'bom-ref': 'costs@0.2.0' } },
      components: [zod, zod3, pglite, eslint, utc],
      dependencies: [{ ref: 'costs@0.2.0', dependsOn: [zod, pglite, eslint].map((each) => each['bom-ref']) }],
    };
    const licences = 'zod 4.0.0 (MIT)\n\nCopyright (c) 2025\n---\n@date-fns/utc 2.1.1 (MIT)\n';
    const contents = contentsOf(all, ['@electric-sql/pglite'], licences);
    expect(contents.components).toEqual([zod, pglite, utc]);
    expect(contents.dependencies).toEqual([
      { ref: 'costs@0.2.0', dependsOn: ['zod@4.0.0', '@electric-sql/pglite@0.5.14'] },
    ]);
  });
});
