// The dependency rule: bin -> main -> process -> execute -> program -> commands -> library -> sync -> domain; only context.ts knows all adapters.
// The list of providers is no adapter: declarations are data, and what is true of a provider before anything is asked of it is
// needed everywhere (names in messages, variables, hosts). What asks a provider is loaded when a command connects to it.
const declarations = 'providers/(list|file-list|files|registry|define)\\.ts';
const adapters = ['providers', 'store', 'vault', 'output', 'emulator', 'imports', 'notify'];

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: { pathNot: '^src/generated' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', 'bin/', '^src/(index|write-(schemas|states))\\.ts$'] },
      to: {},
    },
    {
      name: 'domain-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/domain' },
      to: { path: '^src/', pathNot: '^src/(domain|errors\\.ts)' },
    },
    {
      name: 'sync-imports-only-domain',
      severity: 'error',
      from: { path: '^src/sync' },
      to: { path: '^src/', pathNot: '^src/(sync|domain|errors\\.ts)' },
    },
    ...adapters.map((adapter) => ({
      name: `${adapter}-imports-only-domain`,
      severity: 'error',
      // The list names what plays a provider beside it.
      from: { path: `^src/${adapter}/`, pathNot: '^src/providers/list\\.ts' },
      to: {
        path: '^src/',
        pathNot: `^src/(${adapter}/|domain/|(errors|draft-file|folder|package-files|process-identity)\\.ts|generated/|${declarations})`,
      },
    })),
    {
      name: 'only-store-knows-the-generated-client',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(store|generated)/' },
      to: { path: '^src/generated' },
    },
    {
      name: 'the-library-needs-no-terminal',
      comment: 'It works through what it is given: of the context, the store and the vault it knows types.',
      severity: 'error',
      from: { path: '^src/library' },
      to: { path: '^src/', pathNot: '^src/(library|domain|sync|errors\\.ts)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'commands-know-adapters-by-type-only',
      comment:
        'Commands work through the context; of the adapters they may import types, and the pure renderers of output.',
      severity: 'error',
      from: { path: '^src/commands' },
      to: {
        path: '^src/(providers|store|vault|notify)/',
        pathNot: `^src/${declarations}`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nobody-imports-the-process',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|process|execute)\\.ts' },
      to: { path: '^src/(main|process|execute|program)\\.ts' },
    },
    {
      name: 'one-owner-a-package',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(store|generated)/' },
      to: { path: 'node_modules/(@prisma|prisma|pg|@electric-sql)/' },
    },
    {
      name: 'only-output-knows-the-terminal',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/output/' },
      to: { path: 'node_modules/(ora|inquirer|@inquirer)/' },
    },
    {
      name: 'the-page-is-loaded-when-it-is-made',
      comment: 'Few reports are pages, and the others need not load what makes one.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/output/page/' },
      to: { path: '^src/output/page/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-providers-and-notify-know-http',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(providers/|notify/|context\\.ts)' },
      to: { path: 'node_modules/undici/' },
    },
    {
      name: 'declarations-are-light',
      comment: 'Everything loads them: HTTP and schemas are imported when a provider is connected to.',
      severity: 'error',
      from: { path: `^src/(${declarations}|providers/[^/]+/index\\.ts)` },
      to: {
        path: '(^src/providers/(http|paging|lists|shapes|pace)\\.ts|node_modules/(undici|zod|lossless-json)/)',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-list-loads-no-emulator',
      severity: 'error',
      from: { path: '^src/providers/list\\.ts' },
      to: { path: '^src/', pathNot: '^src/(providers|domain)/', dynamic: false },
    },
    {
      name: 'only-vault-knows-the-keychain',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/vault/' },
      to: { path: 'node_modules/(keytar|@hpke)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
