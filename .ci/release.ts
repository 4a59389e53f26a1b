// Makes a release: npm run release -- [VERSION] [--dry-run] [--out FOLDER]
//
// Everything is made in a fresh clone of the last commit: changelog, version, tag, tarball, checksum and a list of what is in it
// (CycloneDX). The tarball is installed from scratch and asked for its version. Only then, and not with --dry-run, do the commit
// and the tag come into this repository; nothing is pushed and nothing published.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const SEMVER = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const UNRELEASED = '## [Unreleased]';

interface Component {
  'bom-ref': string;
  name: string;
  purl: string;
}

interface Dependency {
  ref: string;
  dependsOn?: string[];
}

/** What matters here of a CycloneDX document; the rest stays as it is. */
interface Contents {
  metadata: { component: { 'bom-ref': string; name?: string } };
  components: Component[];
  dependencies: Dependency[];
}

type Run = (command: string, args: readonly string[]) => string;

/** The changelog with what was not released under a version and a day. @throws Error where there is nothing to release */
export function releaseChangelog(text: string, version: string, day: string): { text: string; notes: string } {
  const at = text.indexOf(UNRELEASED);
  if (at < 0) throw new Error(`CHANGELOG.md has no "${UNRELEASED}".`);
  const after = text.slice(at + UNRELEASED.length);
  const end = after.search(/^## \[/m);
  const notes = (end < 0 ? after : after.slice(0, end)).trim();
  if (notes === '') throw new Error('CHANGELOG.md names nothing that was not released.');
  if (text.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has ${version} already.`);
  const rest = end < 0 ? '' : after.slice(end);
  return {
    text: `${text.slice(0, at)}${UNRELEASED}\n\n## [${version}] – ${day}\n\n${notes}\n${rest === '' ? '' : `\n${rest}`}`,
    notes,
  };
}

interface Package {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

/**
 * Of everything that npm knows here what the tarball holds or needs: the packages of the bundle, by its list of licences, and the
 * dependencies that are installed beside it.
 */
export function contentsOf<All extends Contents>(all: All, beside: readonly string[], licences: string): All {
  const bundled = new Set(
    [...licences.matchAll(/^(\S+) (\d\S*) \(.*\)$/gm)].map(([, name, version]) => `${name}@${version}`),
  );
  const needs = new Map(all.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
  const root = all.metadata.component['bom-ref'];
  const direct = new Set(needs.get(root));
  const installed = new Set<string>();
  const visit = (ref: string): void => {
    if (installed.has(ref)) return;
    installed.add(ref);
    needs.get(ref)?.forEach(visit);
  };
  for (const { 'bom-ref': ref, name } of all.components) if (direct.has(ref) && beside.includes(name)) visit(ref);
  const components = all.components.filter(
    ({ 'bom-ref': ref, purl }) => installed.has(ref) || bundled.has(nameIn(purl)),
  );
  const refs = new Set([root, ...components.map(({ 'bom-ref': ref }) => ref)]);
  const dependencies = [...needs]
    .filter(([ref]) => refs.has(ref))
    .map(([ref, dependsOn]) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  return { ...all, components, dependencies };
}

/** `pkg:npm/%40scope/name@1.2.3` is `@scope/name@1.2.3`. */
function nameIn(purl: string): string {
  return decodeURIComponent(purl.replace(/^pkg:npm\//, '').replace(/\?.*$/, ''));
}

function release(argv: readonly string[]): void {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false }, out: { type: 'string' } },
  });
  const dry = values['dry-run'];
  const here = run('git', ['rev-parse', '--show-toplevel']);
  const version = positionals[0] ?? readPackage(here).version;
  if (!SEMVER.test(version)) throw new Error(`"${version}" is not a version such as 1.2.3.`);
  const tag = `v${version}`;
  if (run('git', ['tag', '--list', tag]) !== '') throw new Error(`There is a tag ${tag} already.`);
  const changed = run('git', ['status', '--porcelain']);
  if (changed !== '' && !dry) throw new Error(`Commit first; a release is made of the last commit:\n${changed}`);
  if (changed !== '') say('Not committed, and so not in this trial:', changed);

  const work = mkdtempSync(join(tmpdir(), 'costs-release-'));
  try {
    const clone = join(work, 'clone');
    run('git', ['clone', '--quiet', here, clone]);
    const inClone: Run = (command, args) => run(command, args, { cwd: clone });
    const { text, notes } = releaseChangelog(readFileSync(join(clone, 'CHANGELOG.md'), 'utf8'), version, today());
    writeFileSync(join(clone, 'CHANGELOG.md'), text);
    inClone('npm', ['version', version, '--no-git-tag-version', '--allow-same-version']);
    inClone('git', ['-c', 'core.hooksPath=', 'commit', '--quiet', '--all', '--message', `Release ${version}`]);
    inClone('git', ['tag', '--annotate', tag, '--message', notes]);
    say('Building', tag, 'from a fresh clone …');
    inClone('npm', ['ci', '--no-audit', '--no-fund']);
    const out = resolve(values.out ?? (dry ? mkdtempSync(join(tmpdir(), 'costs-trial-')) : join(here, 'release')));
    mkdirSync(out, { recursive: true });
    const tarball = pack(clone, out);
    const checksum = `${createHash('sha256').update(readFileSync(tarball)).digest('hex')}  ${basename(tarball)}\n`;
    writeFileSync(`${tarball}.sha256`, checksum);
    writeFileSync(tarball.replace(/\.tgz$/, '.cdx.json'), `${JSON.stringify(listContents(inClone, clone), null, 2)}\n`);
    writeFileSync(join(out, `${tag}.md`), `${notes}\n`);
    say('Installed from the tarball it says:', tryTarball(tarball, work, version));
    say(checksum.trim());
    say('Tarball, checksum, contents and notes are in', out);
    if (dry) return say('This was a trial: no commit, no tag.');
    // The tag comes last: should the branch have moved meanwhile, nothing of this is left.
    run('git', ['fetch', '--quiet', '--no-tags', clone, 'HEAD'], { cwd: here });
    run('git', ['merge', '--quiet', '--ff-only', 'FETCH_HEAD'], { cwd: here });
    run('git', ['fetch', '--quiet', clone, `refs/tags/${tag}:refs/tags/${tag}`], { cwd: here });
    return say(`Next: git push --follow-tags, then publish the files of ${out} with the notes in ${tag}.md.`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function pack(clone: string, out: string): string {
  // It builds a clone and never runs from a tarball; npm would warn whoever installs one of it all the same.
  run('npm', ['pkg', 'delete', 'scripts.prepare'], { cwd: clone });
  const packed = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], { cwd: clone }),
  ) as [{ filename: string }];
  return join(out, packed[0].filename);
}

function listContents(inClone: Run, clone: string): Contents {
  const all = JSON.parse(inClone('npm', ['sbom', '--sbom-format', 'cyclonedx'])) as Contents;
  const { name, dependencies, optionalDependencies } = readPackage(clone);
  // npm calls it by its folder.
  all.metadata.component.name = name;
  const beside = Object.keys({ ...dependencies, ...optionalDependencies });
  return contentsOf(all, beside, readFileSync(join(clone, 'dist', 'LICENSES.txt'), 'utf8'));
}

function readPackage(folder: string): Package {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
}

/** As somebody would install it: without scripts, into an empty folder. */
function tryTarball(tarball: string, work: string, version: string): string {
  const prefix = join(work, 'installed');
  run('npm', [
    'install',
    '--global',
    '--prefix',
    prefix,
    '--ignore-scripts',
    '--omit=optional',
    '--no-audit',
    '--no-fund',
    tarball,
  ]);
  const said = run(join(prefix, 'bin', 'costs'), ['--version'], { cwd: work });
  if (!said.startsWith(version)) throw new Error(`Installed from the tarball, it says that it is ${said}.`);
  return said;
}

function run(command: string, args: readonly string[], options: { cwd?: string } = {}): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options }).trim();
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function say(...words: string[]): void {
  process.stdout.write(`${words.join(' ')}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    release(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`release: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
