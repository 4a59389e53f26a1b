import { ourTables } from './migrations/folder.js';
import { defaultRightsSql } from './default-rights.js';
import { literal } from './migrations/step.js';
import { NUMBERED, quote } from './rows.js';

/** What only the vault reads: whoever has it can guess passwords offline. */
export const SECRETS = [
  'vaults',
  'vault_slots',
  'vault_viewer_slots',
  'vault_tokens',
  'vault_sessions',
  'vault_audit',
  'login_attempts',
];
/** What a collector reads but does not change, beyond what is granted again below. */
const GUARDED = [
  'teams',
  'team_settings',
  'users',
  'organizations',
  'organization_api_keys',
  ...SECRETS,
  '_prisma_migrations',
];

/**
 * SQL for three roles on our tables, each by its name: what else is in the schema is somebody else's to grant.
 */
export async function grantsSql(schema: string): Promise<string> {
  const within = quote(schema);
  const table = (name: string) => `${within}."${name}"`;
  const tables = (names: readonly string[]) => names.map(table).join(', ');
  const role = (name: string) =>
    `DO $$ BEGIN CREATE ROLE "${name}" NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;`;
  const everything = tables([...(await ourTables()), '_prisma_migrations']);
  const sequences = NUMBERED.map((name) => table(`${name}_id_seq`)).join(', ');
  const functions = [
    `${within}."costs_answer_login_attempt"(TEXT, TEXT)`,
    `${within}."costs_prune_login_attempts"(TEXT)`,
  ];
  return `-- Three roles for costs. Run this as the owner of the tables, after each costs db migrate; then give people and jobs a role:
--   GRANT "costs_collector" TO ci;
-- reader:    reports, status, exports; sees no password, no session and no login attempt.
-- collector: sync and backfill, login and logout; cannot register keys, change members or set passwords.
-- admin:     everything but rewriting history: attempts and audit are inserted, never changed.
BEGIN;
${['costs_reader', 'costs_collector', 'costs_admin'].map(role).join('\n')}
GRANT USAGE ON SCHEMA ${within} TO "costs_reader", "costs_collector", "costs_admin";
-- What default privileges have given with these tables and functions, to anybody:
DO $costs$ DECLARE given record; BEGIN
FOR given IN ${await defaultRightsSql(literal(schema))}
LOOP EXECUTE given.sql; END LOOP; END $costs$;
REVOKE ALL ON ${everything} FROM "costs_reader", "costs_collector", "costs_admin";
REVOKE ALL ON FUNCTION ${functions.join(', ')} FROM PUBLIC;

GRANT SELECT ON ${everything} TO "costs_reader";
REVOKE SELECT ON ${tables(SECRETS)} FROM "costs_reader";

GRANT SELECT, INSERT, UPDATE, DELETE ON ${everything} TO "costs_collector";
GRANT USAGE ON SEQUENCE ${sequences} TO "costs_collector";
REVOKE INSERT, UPDATE, DELETE ON ${tables(GUARDED)} FROM "costs_collector";
GRANT UPDATE ("export") ON ${table('organizations')} TO "costs_collector";
GRANT UPDATE ("last_used_at") ON ${tables(['organization_api_keys', 'vault_tokens'])} TO "costs_collector";
GRANT INSERT, DELETE ON ${table('vault_sessions')} TO "costs_collector";
GRANT INSERT ON ${tables(['login_attempts', 'vault_audit'])} TO "costs_collector";
GRANT EXECUTE ON FUNCTION ${functions[0] ?? ''} TO "costs_collector";

GRANT SELECT, INSERT, UPDATE, DELETE ON ${everything} TO "costs_admin";
GRANT USAGE ON SEQUENCE ${sequences} TO "costs_admin";
REVOKE UPDATE, DELETE ON ${tables(['login_attempts', 'vault_audit'])} FROM "costs_admin";
REVOKE INSERT, UPDATE, DELETE ON ${table('_prisma_migrations')} FROM "costs_admin";
GRANT EXECUTE ON FUNCTION ${functions.join(', ')} TO "costs_admin";
COMMIT;`;
}
