import fc from 'fast-check';
import { FOREIGN_OBJECTS, type ForeignObjectName } from './foreign-objects.js';

/** A database that another program made of our tables: every choice is a way in which public ones differ from ours. */
export interface AnyDatabase {
  schema: string;
  ids: string;
  texts: string;
  instants: string;
  dates: 'midnights' | 'midnights of Berlin' | 'times' | 'with microseconds' | 'with infinity';
  /** What the person who adopts says of them. */
  datesIn: string | undefined;
  cost: string;
  /** How `cost_data.api_version` is kept, if at all. */
  version: 'none' | 'text' | 'text with a check' | (string & {});
  labels: readonly string[];
  versionClause: string;
  /** Columns that came with several organizations. */
  costColumns: readonly string[];
  projectColumns: readonly string[];
  lineItem: 'nullable' | 'with a default';
  /** Of the columns of each table. */
  shuffle: number;
  names: 'as Prisma' | 'as PostgreSQL' | 'odd';
  references: 'none' | (string & {});
  emails: 'unique' | 'unique constraint' | 'free' | 'twice';
  key: keyof typeof KEYS;
  projectKeys: readonly string[];
  apiKeys: 'none' | 'empty' | 'one' | 'two of an organization';
  logins: boolean;
  cost_data: 'plain' | 'unlogged' | 'partitioned' | 'inherited';
  renamed: string | null;
  nullable: readonly string[];
  foreign: readonly ForeignObjectName[];
  legacyRows: number;
  bills: number;
  without: readonly ('currency' | 'line_item' | 'bucket_end_time' | 'model')[];
  doubles: keyof typeof DOUBLES;
  /** When a row was written, where a column tells it: the bills that come first in the table were written last. */
  stamp: string | null;
  /** What the person who adopts chooses for them. */
  duplicates: 'add' | 'keep-last' | 'stop' | undefined;
  history: 'none' | 'theirs' | 'failed';
  /** Whether the schema `public` beside it has tables and types of the same names. */
  neighbour: boolean;
}

const COLUMNS = 'project_id, bucket_start_time, bucket_end_time, line_item, api_version';
const KEYS = {
  none: '',
  'named by Prisma': `CREATE UNIQUE INDEX cost_data_project_id_bucket_start_time_bucket_end_time_line_key ON cost_data (${COLUMNS})`,
  'named as ours': `CREATE UNIQUE INDEX cost_data_bucket_key ON cost_data (${COLUMNS})`,
  'a constraint': `ALTER TABLE cost_data ADD CONSTRAINT "One bill" UNIQUE (${COLUMNS})`,
  deferrable: `ALTER TABLE cost_data ADD CONSTRAINT bill_is_unique UNIQUE (${COLUMNS}) DEFERRABLE`,
  partial: `CREATE UNIQUE INDEX bill ON cost_data (${COLUMNS}) WHERE bucket_start_time IS NOT NULL`,
  'in another order': `CREATE UNIQUE INDEX bill ON cost_data (api_version, line_item, bucket_end_time, bucket_start_time, project_id)`,
  'without the end': `CREATE UNIQUE INDEX bill ON cost_data (project_id, bucket_start_time, line_item, api_version)`,
  'with nulls as equals': `CREATE UNIQUE INDEX bill ON cost_data (${COLUMNS}) NULLS NOT DISTINCT`,
  'that carries the cost': `CREATE UNIQUE INDEX bill ON cost_data (${COLUMNS}) INCLUDE (cost)`,
  'another one under our name': `CREATE INDEX cost_data_bucket_key ON cost_data (service)`,
} as const;

/** What bills have been written again, each time by a row of its own. */
const DOUBLES: Record<string, readonly { letter: string; amount: 0 | 1; currency?: string; version?: string }[]> = {
  none: [],
  copies: [{ letter: 'd', amount: 0 }],
  'other amounts': [{ letter: 'd', amount: 1 }],
  'copies and others': [
    { letter: 'd', amount: 1 },
    { letter: 'e', amount: 0 },
    { letter: 'f', amount: 1 },
  ],
  'estimates, too': [
    { letter: 'd', amount: 1 },
    { letter: 'g', amount: 1, version: 'usage_v1' },
    { letter: 'h', amount: 0, version: 'usage_v1' },
  ],
  'another currency': [{ letter: 'd', amount: 1, currency: 'EUR' }],
};

const PROJECT_KEYS = [
  'CREATE UNIQUE INDEX projects_openai_project_id_key ON projects (openai_project_id)',
  'CREATE UNIQUE INDEX "projects_ai_provider_ai_organization_id_ai_project_id_key" ON projects (ai_provider, ai_organization_id, ai_project_id)',
  'CREATE INDEX by_team ON projects (team_id)',
];

/** Each is often as `prisma db push` makes it, so that enough of them can be adopted. */
export const anyDatabase: fc.Arbitrary<AnyDatabase> = fc.record({
  schema: usually('public', 'costs', 'My Own-Costs', 'select'),
  ids: usually('text', 'uuid', 'varchar(40)', 'varchar', 'char(36)', 'bigint'),
  texts: usually('text', 'varchar(191)', 'varchar'),
  instants: usually('timestamp(3)', 'timestamp', 'timestamptz(3)', 'timestamptz', 'date', 'timestamp(0)', 'text'),
  dates: usually('midnights', 'midnights of Berlin', 'times', 'with microseconds', 'with infinity'),
  datesIn: usually<string | undefined>(undefined, 'Europe/Berlin', 'UTC'),
  cost: usually('numeric(65,30)', 'numeric', 'numeric(20,6)', 'float8', 'real', 'integer', 'text', 'money'),
  version: fc.constantFrom(
    ...Array<string>(6).fill('none'),
    ...Array<string>(12).fill('ApiVersion'),
    ...Array<string>(3).fill('api_version'),
    'Cost "V"',
    'text',
    'text with a check',
  ),
  labels: usually<string[]>(
    ['usage_v1', 'costs_v1'],
    ['usage_v1'],
    ['costs_v1'],
    ['other, one', 'costs_v1', 'usage_v1'],
    [],
  ),
  versionClause: usually(
    `NOT NULL DEFAULT 'usage_v1'`,
    `DEFAULT 'usage_v1'`,
    'NOT NULL',
    '',
    `NOT NULL DEFAULT 'costs_v1'`,
  ),
  costColumns: subset([
    'bucket_start_time',
    'bucket_end_time',
    'line_item',
    'currency',
    'quantity',
    'quantity_unit',
    'model',
    'cost_type',
  ]),
  projectColumns: subset(['ai_provider', 'ai_organization_id', 'ai_project_id', 'openai_project_id', 'linked_at']),
  lineItem: usually('nullable', 'with a default'),
  shuffle: usually(0, 1, 2, 3, 4, 5),
  names: fc.constantFrom('as Prisma', 'as PostgreSQL', 'odd'),
  references: usually(
    'ON DELETE RESTRICT ON UPDATE CASCADE',
    '',
    'ON DELETE CASCADE',
    'ON DELETE SET NULL',
    'NOT VALID',
    'DEFERRABLE INITIALLY DEFERRED',
    'none',
  ),
  emails: usually('unique', 'unique constraint', 'free', 'twice'),
  key: usually<keyof typeof KEYS>('none', ...(Object.keys(KEYS) as (keyof typeof KEYS)[])),
  projectKeys: fc.subarray(PROJECT_KEYS),
  apiKeys: fc.constantFrom('none', 'none', 'empty', 'empty', 'one', 'one', 'one', 'two of an organization'),
  logins: fc.boolean(),
  cost_data: rarely('plain', 'unlogged', 'partitioned', 'inherited'),
  renamed: rarely(
    null,
    'ALTER TABLE cost_data RENAME COLUMN project_id TO "projectId"',
    'ALTER TABLE users RENAME COLUMN team_id TO "teamId"',
    'ALTER TABLE cost_data RENAME TO "CostData"',
    'ALTER TABLE cost_data RENAME COLUMN service TO what',
    'DROP TABLE users CASCADE',
    'ALTER TABLE projects DROP COLUMN name CASCADE',
  ),
  nullable: usually<string[]>(
    [],
    ['cost_data.cost'],
    ['cost_data.date', 'cost_data.service'],
    ['projects.team_id'],
    ['users.role', 'teams.name'],
  ),
  foreign: fc.uniqueArray(fc.constantFrom(...(Object.keys(FOREIGN_OBJECTS) as ForeignObjectName[])), { maxLength: 4 }),
  legacyRows: fc.nat(7),
  bills: fc.nat(4),
  without: fc.constantFrom<AnyDatabase['without']>(
    ...Array<[]>(12).fill([]),
    ...Array<['model']>(4).fill(['model']),
    ['currency'],
    ['line_item'],
    ['currency', 'line_item'],
    ['bucket_end_time'],
  ),
  doubles: fc.constantFrom(
    ...Array<'none'>(3).fill('none'),
    ...Object.keys(DOUBLES),
    'copies and others',
    'copies and others',
  ),
  stamp: usually<string | null>(null, 'updated_at', 'syncedAt'),
  duplicates: fc.constantFrom('add', 'add', 'keep-last', 'keep-last', 'stop', undefined),
  history: usually('none', 'theirs', 'failed'),
  neighbour: fc.boolean(),
});

function usually<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 45, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(usual, ...others) },
  );
}

function rarely<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 30, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

function subset(names: string[]): fc.Arbitrary<string[]> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(names) }, fc.subarray(names));
}

/** The statements that make it, foreign objects and rows included; each that does not fit the others is left out by itself. */
export function toStatements(db: AnyDatabase): string[] {
  const path = `"${db.schema.replaceAll('"', '""')}"`;
  return [
    `CREATE SCHEMA IF NOT EXISTS ${path}; SET search_path = ${path}, public; SET TimeZone = 'UTC'`,
    ...(db.neighbour && db.schema !== 'public' ? [NEIGHBOUR] : []),
    ...tables(db),
    ...rows(db),
    ...(db.emails === 'free' || db.emails === 'twice'
      ? []
      : [
          db.emails === 'unique'
            ? 'CREATE UNIQUE INDEX users_email_key ON users (email)'
            : 'ALTER TABLE users ADD UNIQUE (email)',
        ]),
    ...references(db),
    KEYS[db.key],
    ...db.projectKeys,
    ...db.foreign.map((name) => FOREIGN_OBJECTS[name](db)),
    ...db.nullable.map((column) => `ALTER TABLE ${column.replace('.', ' ALTER COLUMN ')} DROP NOT NULL`),
    ...history(db),
    db.renamed ?? '',
  ].filter((sql) => sql !== '');
}

const NEIGHBOUR = `CREATE TYPE public."ApiVersion" AS ENUM ('v1'); CREATE TYPE public.api_version AS ENUM ('v2');
  CREATE TABLE public.cost_data (id int PRIMARY KEY, cost float8); CREATE TABLE public.projects (id int PRIMARY KEY); CREATE TABLE public.runs (id int);
  CREATE TABLE public._prisma_migrations (id text, migration_name text); CREATE INDEX cost_data_bucket_key ON public.cost_data (cost)`;

function tables(db: AnyDatabase): string[] {
  const { ids, texts, instants, costColumns, projectColumns } = db;
  const primary = {
    'as Prisma': (table: string) => `CONSTRAINT ${table}_pkey `,
    'as PostgreSQL': () => '',
    odd: (table: string) => `CONSTRAINT "PK_${table}" `,
  }[db.names];
  const id = (table: string) => `id ${ids} ${primary(table)}PRIMARY KEY`;
  const partitioned = db.cost_data === 'partitioned';
  const version = versionColumn(db);
  const types: Record<string, string> = {
    bucket_start_time: instants,
    bucket_end_time: instants,
    quantity: 'numeric(65,30)',
    line_item: db.lineItem === 'nullable' ? texts : `${texts} NOT NULL DEFAULT 'unspecified'`,
  };
  const make = (name: string, columns: string[]) =>
    `CREATE TABLE ${name} (${shuffled(columns, db.shuffle).join(', ')})`;
  return [
    ...(/^(?:none|text)/.test(db.version)
      ? []
      : [
          `CREATE TYPE "${db.version.replaceAll('"', '""')}" AS ENUM (${db.labels.map((label) => `'${label}'`).join(', ')})`,
        ]),
    make('teams', [id('teams'), `name ${texts} NOT NULL`]),
    make('users', [id('users'), `team_id ${ids} NOT NULL`, `email ${texts} NOT NULL`, `role ${texts} NOT NULL`]),
    make('projects', [
      id('projects'),
      `team_id ${ids} NOT NULL`,
      `name ${texts} NOT NULL`,
      ...projectColumns.map((name) => `${name} ${name === 'linked_at' ? 'timestamptz(3)' : texts}`),
    ]),
    `${db.cost_data === 'unlogged' ? 'CREATE UNLOGGED' : 'CREATE'}${make('cost_data', [
      partitioned ? `id ${ids} NOT NULL` : id('cost_data'),
      `project_id ${ids} NOT NULL`,
      `date ${instants} NOT NULL`,
      `service ${texts} NOT NULL`,
      `cost ${db.cost} NOT NULL`,
      ...(version === null ? [] : [version]),
      ...costColumns.map((name) => `${name} ${types[name] ?? texts}`),
      ...(db.stamp === null ? [] : [`"${db.stamp}" timestamptz(3)`]),
    ]).slice(
      'CREATE'.length,
    )}${partitioned ? ' PARTITION BY RANGE (date); CREATE TABLE cost_data_all PARTITION OF cost_data DEFAULT' : ''}`,
    ...(db.cost_data === 'inherited' ? ['CREATE TABLE cost_data_old () INHERITS (cost_data)'] : []),
    ...(db.apiKeys === 'none'
      ? []
      : [
          `CREATE TABLE organization_api_keys (id ${ids} PRIMARY KEY, team_id ${ids} NOT NULL, provider ${texts} NOT NULL, organization_id ${texts} NOT NULL, encrypted_key text NOT NULL, is_active boolean NOT NULL DEFAULT true, created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
      CREATE UNIQUE INDEX organization_api_keys_team_id_provider_organization_id_key ON organization_api_keys (team_id, provider, organization_id)`,
        ]),
    ...(db.logins
      ? [
          `CREATE TABLE login_attempts (id ${ids} PRIMARY KEY, email text NOT NULL, success boolean NOT NULL, "createdAt" timestamptz NOT NULL DEFAULT now())`,
        ]
      : []),
  ];
}

function versionColumn({ version, versionClause }: AnyDatabase): string | null {
  if (version === 'none') return null;
  if (version === 'text') return `api_version text ${versionClause}`;
  if (version === 'text with a check')
    return `api_version text ${versionClause} CHECK (api_version IN ('usage_v1', 'costs_v1'))`;
  return `api_version "${version.replaceAll('"', '""')}" ${versionClause}`;
}

function shuffled(columns: readonly string[], seed: number): string[] {
  if (seed === 0) return [...columns];
  const place = (index: number) => (Math.imul(index + 1, 2_654_435_761) * seed) >>> 7;
  return columns
    .map((text, index) => ({ text, place: place(index) }))
    .sort((one, other) => one.place - other.place)
    .map(({ text }) => text);
}

function references({ references: kind, names }: AnyDatabase): string[] {
  if (kind === 'none') return [];
  return [
    ['users', 'team_id', 'teams'],
    ['projects', 'team_id', 'teams'],
    ['cost_data', 'project_id', 'projects'],
  ].map(([table = '', column = '', parent = '']) => {
    const name = {
      'as Prisma': `CONSTRAINT ${table}_${column}_fkey `,
      'as PostgreSQL': '',
      odd: `CONSTRAINT "FK ${table}" `,
    }[names];
    return `ALTER TABLE ${table} ADD ${name}FOREIGN KEY (${column}) REFERENCES ${parent} (id) ${kind}`;
  });
}

const SERVICES = [
  'gpt-4',
  `it's "quoted"; DROP TABLE x --`,
  '日本 😀',
  '',
  ' padded ',
  '$$ \\d :name',
  'a\nb',
  'secret',
];
const COSTS: Record<string, string[]> = {
  'numeric(65,30)': ['0.000000000000000000000000000001', '-12345678901234567890123456789012345.5', '0', '1.10'],
  numeric: ['0.1', '-1e-20', '123456789.123456789123456789', '0.00'],
  'numeric(20,6)': ['0.000001', '-3.14', '99999999.999999', '0'],
  float8: ['0.1', '-1e-9', '12345.678901', '0.30000000000000004'],
  real: ['0.1', '-3.14', '16777216', '0'],
  integer: ['1', '-2', '2147483647', '0'],
  text: ['0.1', '-1', '5', '0'],
  money: ['0.10', '-1', '5', '0'],
};

function rows(db: AnyDatabase): string[] {
  const id = idOf(db.ids);
  const amounts = COSTS[db.cost] ?? [];
  const amount = (n: number) => `'${amounts[n % amounts.length] ?? '1'}'`;
  // A version without a default is told by the writer.
  const told = db.version !== 'none' && !db.versionClause.includes('DEFAULT') && db.versionClause !== '';
  const statements = [
    `INSERT INTO teams (id, name) VALUES (${id('t', 1)}, 'acme'), (${id('t', 2)}, 'Łódź "labs"')`,
    `INSERT INTO users (id, team_id, email, role) VALUES (${id('u', 1)}, ${id('t', 1)}, 'a@example.com', 'admin'), (${id('u', 2)}, ${id('t', 2)}, '${db.emails === 'twice' ? 'a' : 'b'}@example.com', 'viewer')`,
    `INSERT INTO projects (id, team_id, name) VALUES (${id('p', 1)}, ${id('t', 1)}, 'Search'), (${id('p', 2)}, ${id('t', 1)}, 'Search')`,
    // What bills of OpenAI say in their line items alone is filled by a migration.
    `UPDATE projects SET ai_provider = 'openai', ai_organization_id = 'org-1', ai_project_id = 'proj_1' WHERE id = ${id('p', 1)}`,
    ...Array.from(
      { length: db.legacyRows },
      (_, n) =>
        `INSERT INTO cost_data (id, project_id, date, service, cost${told ? ', api_version' : ''}) VALUES (${id('c', n)}, ${id('p', 1 + (n % 2))}, ${dateOf(db, n)}, '${(SERVICES[n % SERVICES.length] ?? '').replaceAll(`'`, `''`)}', ${amount(n)}${told ? `, 'usage_v1'` : ''})`,
    ),
  ];
  if (db.apiKeys === 'one' || db.apiKeys === 'two of an organization')
    statements.push(
      `INSERT INTO organization_api_keys (id, team_id, provider, organization_id, encrypted_key) VALUES (${id('k', 1)}, ${id('t', 1)}, 'openai', 'org-1', 'ciphertext')`,
    );
  if (db.apiKeys === 'two of an organization')
    statements.push(
      `INSERT INTO organization_api_keys (id, team_id, provider, organization_id, encrypted_key) VALUES (${id('k', 2)}, ${id('t', 2)}, 'openai', 'org-1', 'another')`,
    );
  if (db.logins)
    statements.push(`INSERT INTO login_attempts (id, email, success) VALUES (${id('l', 1)}, 'a@example.com', false)`);
  if (db.version === 'none' || (!db.version.startsWith('text') && !db.labels.includes('costs_v1'))) return statements;
  for (const { letter, amount: factor, ...other } of [{ letter: 'b', amount: 0 }, ...(DOUBLES[db.doubles] ?? [])])
    for (let n = 0; n < db.bills; n++)
      statements.push(bill(db, { id: id(letter, n), n, amount: amount(n + factor), written: letter, ...other }));
  return statements;
}

interface Bill {
  id: string;
  n: number;
  amount: string;
  /** A letter that is the later in the alphabet the earlier it was written. */
  written: string;
  currency?: string;
  version?: string;
}

function bill(db: AnyDatabase, row: Bill): string {
  const { id, n, amount, written, currency = 'USD', version = 'costs_v1' } = row;
  const day = (offset: number) => `'2026-01-0${1 + n + offset}${/tz/.test(db.instants) ? 'T00:00:00Z' : ''}'`;
  const given: Record<string, string> = {
    bucket_start_time: day(0),
    bucket_end_time: day(1),
    line_item: `'gpt-4o, "input"'`,
    currency: `'${currency}'`,
    quantity: '12.5',
    model: `'gpt-4o'`,
  };
  const names = Object.keys(given).filter(
    (name) => db.costColumns.includes(name) && !(db.without as readonly string[]).includes(name),
  );
  if (db.stamp !== null) {
    given[`"${db.stamp}"`] = `timestamptz '2026-02-01Z' - interval '${written.charCodeAt(0)} minutes'`;
    names.push(`"${db.stamp}"`);
  }
  return `INSERT INTO cost_data (id, project_id, date, service, cost, api_version${names.map((name) => `, ${name}`).join('')})
    VALUES (${id}, ${idOf(db.ids)('p', 1)}, ${day(0)}, 'gpt-4o', ${amount}, '${version}'${names.map((name) => `, ${given[name] ?? ''}`).join('')})`;
}

/** An id as SQL, of whatever type the ids are. */
export function idOf(type: string): (letter: string, n: number) => string {
  if (type === 'bigint') return (letter, n) => String(letter.charCodeAt(0) * 100 + n);
  if (type === 'uuid' || type === 'char(36)')
    return (letter, n) => `'00000000-0000-4000-8000-${letter.charCodeAt(0).toString(16).padStart(8, '0')}000${n}'`;
  return (letter, n) => `'${letter}${n}'`;
}

function dateOf({ instants, dates }: AnyDatabase, n: number): string {
  const day = `2025-0${1 + (n % 9)}-15`;
  const zoned = instants.includes('tz') ? 'Z' : '';
  switch (dates) {
    case 'midnights':
      return `'${day}T00:00:00${zoned}'`;
    case 'midnights of Berlin':
      return zoned === '' ? `'${day}T00:00:00'` : `timestamp '${day} 00:00' AT TIME ZONE 'Europe/Berlin'`;
    case 'times':
      return `'${day}T1${n % 9}:30:15.123${zoned}'`;
    case 'with microseconds':
      return `'${day}T00:00:00.00000${n % 2}${zoned}'`;
    case 'with infinity':
      return n === 1 ? `'infinity'` : `'${day}T00:00:00${zoned}'`;
  }
}

function history({ history: kind }: AnyDatabase): string[] {
  if (kind === 'none') return [];
  return [
    `CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
       logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0);
     INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', 'theirs', '20240101000000_init', ${kind === 'theirs' ? 'now()' : 'NULL'})`,
  ];
}
