import type { Pool } from 'pg';

/** What another program made of our tables: each choice is a way in which public databases differ from ours. */
export interface ForeignSchema {
  enum: 'none' | 'ApiVersion' | 'api_version' | 'CostVersion';
  labels: readonly string[];
  versionColumn: 'none' | 'as ours' | 'nullable' | 'without default';
  /** Of the columns that came with several organizations. */
  costColumns: readonly string[];
  projectColumns: readonly string[];
  key: 'none' | 'named by Prisma' | 'a constraint' | 'deferrable' | 'partial' | 'in another order';
  keys: 'none' | 'as pushed' | 'with a key';
  names: 'ours' | 'theirs';
  foreign: readonly Foreign[];
  rows: 'none' | 'legacy' | 'bills' | 'bills without a currency' | 'bills without an end' | 'doubles';
  history: boolean;
}

const FOREIGN = {
  'a column': `ALTER TABLE users ADD COLUMN password_hash text`,
  'a column that must be': `ALTER TABLE users ADD COLUMN salt text NOT NULL DEFAULT ''; ALTER TABLE users ALTER COLUMN salt DROP DEFAULT`,
  'an index': `CREATE INDEX analyst_idx ON cost_data (cost, service)`,
  'a table': `CREATE TABLE orders (id int PRIMARY KEY, project_id text REFERENCES projects (id))`,
  'a view': `CREATE VIEW spend_by_project AS SELECT project_id, sum(cost) AS cost FROM cost_data GROUP BY 1`,
  'an enum': `CREATE TYPE mood AS ENUM ('sad', 'happy')`,
  'a check': `ALTER TABLE teams ADD CONSTRAINT teams_name_check CHECK (name <> '')`,
} as const;
export type Foreign = keyof typeof FOREIGN;
export const FOREIGN_KINDS = Object.keys(FOREIGN) as Foreign[];

export const COST_COLUMNS: Record<string, string> = {
  bucket_start_time: 'timestamp(3)',
  bucket_end_time: 'timestamp(3)',
  line_item: 'text',
  currency: 'text',
  quantity: 'numeric(65,30)',
  model: 'text',
};
export const PROJECT_COLUMNS: Record<string, string> = {
  ai_provider: 'text',
  ai_organization_id: 'text',
  ai_project_id: 'text',
  openai_project_id: 'text',
};

/** Makes it, foreign objects and rows included. */
export async function makeForeign(pool: Pool, schema: ForeignSchema): Promise<void> {
  const named = schema.names === 'ours' ? (name: string) => `CONSTRAINT ${name} ` : () => '';
  const foreignKey = (table: string, column: string, parent: string) =>
    `ALTER TABLE ${table} ADD ${named(`${table}_${column}_fkey`)}FOREIGN KEY (${column}) REFERENCES ${parent} (id) ON DELETE RESTRICT ON UPDATE CASCADE;`;
  const statements = [
    `CREATE TABLE teams (id text ${named('teams_pkey')}PRIMARY KEY, name text NOT NULL);
     CREATE TABLE users (id text ${named('users_pkey')}PRIMARY KEY, team_id text NOT NULL, email text NOT NULL, role text NOT NULL);
     CREATE UNIQUE INDEX ${schema.names === 'ours' ? 'users_email_key' : 'unique_email'} ON users (email);
     CREATE TABLE projects (id text PRIMARY KEY, team_id text NOT NULL, name text NOT NULL);
     CREATE TABLE cost_data (id text PRIMARY KEY, project_id text NOT NULL, date timestamp(3) NOT NULL, service text NOT NULL, cost numeric(65,30) NOT NULL);`,
    foreignKey('users', 'team_id', 'teams'),
    foreignKey('projects', 'team_id', 'teams'),
    foreignKey('cost_data', 'project_id', 'projects'),
    ...schema.projectColumns.map((name) => `ALTER TABLE projects ADD COLUMN ${name} ${PROJECT_COLUMNS[name] ?? ''};`),
    ...schema.costColumns.map((name) => `ALTER TABLE cost_data ADD COLUMN ${name} ${COST_COLUMNS[name] ?? ''};`),
  ];
  if (schema.enum !== 'none') {
    statements.push(`CREATE TYPE "${schema.enum}" AS ENUM (${schema.labels.map((label) => `'${label}'`).join(', ')});`);
    const clauses = {
      none: '',
      'as ours': `NOT NULL DEFAULT 'usage_v1'`,
      nullable: `DEFAULT 'usage_v1'`,
      'without default': 'NOT NULL',
    };
    if (schema.versionColumn !== 'none')
      statements.push(
        `ALTER TABLE cost_data ADD COLUMN api_version "${schema.enum}" ${clauses[schema.versionColumn]};`,
      );
  }
  if (schema.keys !== 'none')
    statements.push(
      `CREATE TABLE organization_api_keys (id text PRIMARY KEY, team_id text NOT NULL, provider text NOT NULL, organization_id text NOT NULL,
         encrypted_key text, is_active boolean NOT NULL DEFAULT true, created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
       CREATE UNIQUE INDEX organization_api_keys_team_id_provider_organization_id_key ON organization_api_keys (team_id, provider, organization_id);`,
    );
  await pool.query(statements.join('\n'));
  await addRows(pool, schema);
  await addKey(pool, schema);
  for (const kind of schema.foreign) await pool.query(FOREIGN[kind]);
  if (schema.history)
    await pool.query(
      `CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
         logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0);
       INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', 'theirs', '20240101000000_init', now())`,
    );
}

const KEY_COLUMNS = ['project_id', 'bucket_start_time', 'bucket_end_time', 'line_item', 'api_version'];

async function addKey(pool: Pool, { key, costColumns, versionColumn, enum: type }: ForeignSchema): Promise<void> {
  const has = ['bucket_start_time', 'bucket_end_time', 'line_item'].every((name) => costColumns.includes(name));
  if (key === 'none' || !has || versionColumn === 'none' || type === 'none') return;
  // Prisma cuts what is longer than PostgreSQL's names may be.
  const name = 'cost_data_project_id_bucket_start_time_bucket_end_time_line__key';
  const columns = KEY_COLUMNS.join(', ');
  const statements = {
    'named by Prisma': `CREATE UNIQUE INDEX ${name} ON cost_data (${columns})`,
    'a constraint': `ALTER TABLE cost_data ADD CONSTRAINT bill_is_unique UNIQUE (${columns})`,
    deferrable: `ALTER TABLE cost_data ADD CONSTRAINT bill_is_unique UNIQUE (${columns}) DEFERRABLE`,
    partial: `CREATE UNIQUE INDEX ${name} ON cost_data (${columns}) WHERE bucket_start_time IS NOT NULL`,
    'in another order': `CREATE UNIQUE INDEX ${name} ON cost_data (${[...KEY_COLUMNS].reverse().join(', ')})`,
  };
  await pool.query(statements[key]).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error;
  });
}

async function addRows(pool: Pool, schema: ForeignSchema): Promise<void> {
  const { rows, costColumns, labels, keys } = schema;
  if (rows === 'none') return;
  await pool.query(`
    INSERT INTO teams VALUES ('t1', 'acme'); INSERT INTO users (id, team_id, email, role) VALUES ('u1', 't1', 'a@example.com', 'admin');
    INSERT INTO projects (id, team_id, name) VALUES ('p1', 't1', 'Search');
    INSERT INTO cost_data (id, project_id, date, service, cost${schema.versionColumn === 'without default' && schema.enum !== 'none' ? ', api_version' : ''})
      SELECT 'c' || n, 'p1', timestamp '2025-01-01' + n * interval '7 hours', 'gpt-4', n * 1.000000000000000000000000000001${schema.versionColumn === 'without default' && schema.enum !== 'none' ? `, 'usage_v1'` : ''} FROM generate_series(1, 5) n`);
  if (keys === 'with a key')
    await pool.query(
      `INSERT INTO organization_api_keys (id, team_id, provider, organization_id, encrypted_key) VALUES ('k1', 't1', 'openai', 'org-1', 'ciphertext')`,
    );
  const has = (name: string) => costColumns.includes(name);
  if (rows === 'legacy' || schema.enum === 'none' || schema.versionColumn === 'none' || !labels.includes('costs_v1'))
    return;
  const values: Record<string, string> = {
    bucket_start_time: `date '2026-01-01' + n`,
    bucket_end_time: rows === 'bills without an end' ? 'NULL' : `date '2026-01-02' + n`,
    line_item: `'gpt-4o, input'`,
    currency: rows === 'bills without a currency' ? 'NULL' : `'USD'`,
  };
  const names = Object.keys(values).filter(has);
  const bill = (
    prefix: string,
  ) => `INSERT INTO cost_data (id, project_id, date, service, cost, api_version${names.map((name) => `, ${name}`).join('')})
    SELECT '${prefix}' || n, 'p1', timestamp '2026-01-01', 'gpt-4o', n * 0.123456789012345678901234567891, 'costs_v1'${names.map((name) => `, ${values[name] ?? ''}`).join('')} FROM generate_series(1, 4) n`;
  await pool.query(bill('b'));
  if (rows === 'doubles') await pool.query(bill('d'));
}
