import { Buffer } from 'node:buffer';
import { isBuiltin } from 'node:module';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import process from 'node:process';
import { rolldown } from 'rolldown';

// Bundles the program and the library into `dist`, a piece for each part that is loaded on its own: a start reads a few files
// instead of hundreds, and an installation needs no packages but those that bring files of their own.

const { dependencies, optionalDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
// pg asks for its native binding only where a program wants it; ours does not.
const INSTALLED = [...Object.keys({ ...dependencies, ...optionalDependencies }), 'pg-native'];

/**
 * What is loaded together, each with all that it imports. Node takes a third of a millisecond for every file: a report in a hundred
 * of them took a quarter longer.
 */
const TOGETHER = [
  ['start', /src[/]process[.]ts$/],
  ['report', /src[/](commands[/]report|store[/](open|postgres|store|migrations[/]require-current))[.]ts$/],
];

// What takes seconds to make is kept: what migrations lead to, found anew where they have changed, and an empty store of this PGlite.
const kept = ['schema-states.json', `empty-store-${dependencies['@electric-sql/pglite']}.tar.br`];
for (const name of await readdir('dist').catch(() => []))
  if (!kept.includes(name)) await rm(`dist/${name}`, { recursive: true });
const program = await write(
  { input: ['src/process.ts', 'src/index.ts'], plugins: [queryCompilerAsFile(), leaveOut()] },
  {
    format: 'esm',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: {
      groups: TOGETHER.map(([name, test], index) => ({ name, test, priority: TOGETHER.length - index })),
    },
  },
);
// What says the version loads nothing else, and is CommonJS, as Node takes longer to begin with its other modules.
const first = await write(
  { input: ['src/main.ts'] },
  { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
);
const modules = [...program, ...first];
await writeFile('dist/LICENSES.txt', await licences(modules.flatMap(([, inputs]) => inputs)));
await writeFile('dist/modules.json', JSON.stringify(Object.fromEntries(modules)));

/** @returns the files that were written, each with the modules of which it holds a part */
async function write(input, output) {
  const bundle = await rolldown({
    platform: 'node',
    external: (id, from) =>
      isBuiltin(id) ||
      INSTALLED.some((name) => id === name || id.startsWith(`${name}/`)) ||
      (id === './process.js' && from?.endsWith('src/main.ts')),
    transform: { target: 'node20.19', define: { COSTS_COMMIT: JSON.stringify(process.env.COSTS_COMMIT) } },
    // A module that is loaded later by one and at once by another is loaded at once, as it should be.
    checks: { ineffectiveDynamicImport: false },
    ...input,
  });
  const written = await bundle.write({
    dir: 'dist',
    entryFileNames: '[name].js',
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    ...output,
  });
  await bundle.close();
  return written.output.map(({ fileName, moduleIds }) => [fileName, moduleIds.map((id) => relative('.', id))]);
}

/**
 * Prisma keeps its WebAssembly as text within JavaScript, two megabytes that every start would parse. Ours lies in a file of its
 * own; what Prisma then decodes is a Buffer already, which `Buffer.from` takes as it is.
 */
function queryCompilerAsFile() {
  return {
    name: 'query-compiler-as-file',
    async load(path) {
      if (!/query_compiler.*\.wasm-base64\.mjs$/.test(path)) return null;
      const { wasm } = await import(path);
      await mkdir('dist', { recursive: true });
      await writeFile('dist/query_compiler.wasm', Buffer.from(wasm, 'base64'));
      return `import { readFileSync } from 'node:fs';
        export const wasm = readFileSync(new URL('query_compiler.wasm', import.meta.url));`;
    },
  };
}

/** What packages do and we have no need of. Found by profiling; a package that has changed ends the build. */
function leaveOut() {
  const left = new Map([
    // Node reads megabytes to make a segmenter, and all emoji to make a pattern of them, for a literal as soon as it is parsed; most
    // text is measured without.
    [
      'string-width/index.js',
      [
        'const segmenter = new Intl.Segmenter();',
        'let made; const segmenter = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };',
        'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
        "let emoji; const rgiEmojiRegex = { test: (text) => (emoji ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(text) };",
      ],
    ],
    // Commands of ours are no programs of their own: nothing is spawned for them.
    ['commander/lib/command.js', ["require('node:child_process')", 'undefined']],
    // Whether this is a worker of Cloudflare's is found by making an HTTP response, which loads Node's client.
    ['pg/lib/stream.js', ["typeof Response === 'function'", 'false']],
    // The last hundred messages for debugging are kept though nobody reads them, and with them all that was sent to the database.
    ['@prisma/client/runtime/client.js', ['n.length!==0&&Lt.push([o,...n])', 'false']],
    ['@prisma/debug/dist/index.mjs', ['argsHistory.push([namespace2, ...args]);', '']],
  ]);
  return {
    name: 'leave-out',
    async load(path) {
      const name = relative('node_modules', path);
      const changes = left.get(name);
      if (changes === undefined) return null;
      left.delete(name);
      let contents = await readFile(path, 'utf8');
      for (let i = 0; i < changes.length; i += 2) {
        if (!contents.includes(changes[i])) throw new Error(`${name} no longer has: ${changes[i]}`);
        contents = contents.replace(changes[i], () => changes[i + 1]);
      }
      return contents;
    },
    buildEnd(error) {
      if (error === undefined && left.size > 0)
        throw new Error(`Not found in node_modules: ${[...left.keys()].join(', ')}`);
    },
  };
}

/** The licence of every package of which the bundle holds a part. */
async function licences(inputs) {
  const folders = inputs.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean);
  const texts = await Promise.all([...new Set(folders)].sort().map(licence));
  return texts.join(`\n${'-'.repeat(79)}\n\n`);
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : await readFile(`${folder}/${file}`, 'utf8');
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
