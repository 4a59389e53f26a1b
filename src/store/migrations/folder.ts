import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFile } from '../../package-files.js';

const PRISMA_FOLDER = packageFile('prisma');

export interface MigrationFile {
  /** `<timestamp>_<name>` */
  name: string;
  sql: string;
  /** As Prisma computes it: SHA-256 of the file, in hexadecimal. */
  checksum: string;
}

/** The names of the migrations of this version, in order. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(migrationsFolder(), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The migrations of this version, in order. */
export async function readMigrations(): Promise<MigrationFile[]> {
  const names = await migrationNames();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(migrationsFolder(), name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** The reviewed way back of a migration. */
export function readDown(name: string): Promise<string> {
  return readFile(join(migrationsFolder(), name, 'down.sql'), 'utf8');
}

/** The text of `schema.prisma`. */
export function readSchema(): Promise<string> {
  return readFile(join(PRISMA_FOLDER, 'schema.prisma'), 'utf8');
}

/** The names of our tables. */
export async function ourTables(): Promise<string[]> {
  return [...(await readSchema()).matchAll(/@@map\("(.+)"\)/g)].map(([, name]) => name ?? '');
}

export function migrationsFolder(): string {
  return join(PRISMA_FOLDER, 'migrations');
}

/** A migration's name without its timestamp. */
export function shortName(name: string): string {
  return name.replace(/^\d+_/, '');
}

/** A migration as it is meant for a database of which others know parts. @param isAdopted whether `costs db adopt` began its history */
export function meantFor(sql: string, { isPushed, isAdopted }: { isPushed: boolean; isAdopted: boolean }): string {
  const named = isPushed ? withPushedEnum(sql) : sql;
  return isAdopted ? ofLegacyProjects(fillOnlyEmpty(named)) : named;
}

/**
 * The first migrations know the enum under the name it had before it took Prisma's. A pushed database has Prisma's from the
 * start, and its clients cast to it.
 */
function withPushedEnum(sql: string): string {
  return sql.replaceAll('"api_version" "api_version"', '"api_version" "ApiVersion"');
}

/** A project that the old system knows by its own id is of that provider before a sync has said so: its bills are read with the others. */
function ofLegacyProjects(sql: string): string {
  return sql.replace(
    /p\.ai_provider = ('\w+')/g,
    'coalesce(p.ai_provider, CASE WHEN p.openai_project_id IS NOT NULL THEN $1 END) = $1',
  );
}

/** Of adopted bills only what is empty is filled: what another program wrote into them is not ours to change. */
export function fillOnlyEmpty(sql: string): string {
  return sql.replace(/coalesce\(r\.(\w+), c\.\1\)/g, 'coalesce(c.$1, r.$1)');
}
