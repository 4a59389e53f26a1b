/**
 * What stands on and beside our tables and is not ours, each as the statements that make it; `cost` and `ids` are the types
 * of the columns in this database. Where a statement does not fit the other choices, the object is left out.
 */
export const FOREIGN_OBJECTS = {
  // Columns.
  'a column': () => `ALTER TABLE users ADD COLUMN password_hash text; UPDATE users SET password_hash = '$2b$10$' || id`,
  'a column named by a reserved word': () => `ALTER TABLE cost_data ADD COLUMN "order" int DEFAULT 7`,
  'a column in camelCase': () =>
    `ALTER TABLE teams ADD COLUMN "createdAt" timestamptz NOT NULL DEFAULT '2024-01-01T00:00:00Z'`,
  'a column that must be filled': () =>
    `ALTER TABLE cost_data ADD COLUMN region text NOT NULL DEFAULT 'eu'; ALTER TABLE cost_data ALTER COLUMN region DROP DEFAULT`,
  'a user column that must be filled': () =>
    `ALTER TABLE users ADD COLUMN salt text NOT NULL DEFAULT ''; ALTER TABLE users ALTER COLUMN salt DROP DEFAULT`,
  'a generated column': () => `ALTER TABLE projects ADD COLUMN slug text GENERATED ALWAYS AS (lower(name)) STORED`,
  'a column generated from the cost': () =>
    `ALTER TABLE cost_data ADD COLUMN cents numeric GENERATED ALWAYS AS (cost::numeric * 100) STORED`,
  'an identity column': () =>
    `ALTER TABLE projects ADD COLUMN "number" int GENERATED ALWAYS AS IDENTITY; ALTER TABLE cost_data ADD COLUMN line int GENERATED ALWAYS AS IDENTITY`,
  'a serial column': () => `ALTER TABLE cost_data ADD COLUMN seq bigserial`,
  'a column that was dropped': () =>
    `ALTER TABLE cost_data ADD COLUMN gone int; ALTER TABLE cost_data DROP COLUMN gone`,
  'a default of theirs': () => `ALTER TABLE cost_data ALTER COLUMN service SET DEFAULT 'unknown, "service"'`,
  'a collation': () => `ALTER TABLE teams ALTER COLUMN name TYPE text COLLATE "C"`,
  // Indexes, constraints and statistics.
  'an index': () => `CREATE INDEX analyst_idx ON cost_data (cost, service)`,
  'an index of an expression': () => `CREATE INDEX "Lower Service" ON cost_data (lower(service))`,
  'a unique index of theirs': () => `CREATE UNIQUE INDEX no_two ON cost_data (id, service)`,
  'an index of our name on another table': () =>
    `CREATE TABLE invoices (a int); CREATE INDEX cost_data_api_version_idx ON invoices (a)`,
  'a check': () => `ALTER TABLE teams ADD CONSTRAINT "teams: name?" CHECK (name <> '')`,
  'a check that no bill meets': () => `ALTER TABLE cost_data ADD CHECK (service IS NOT NULL)`,
  'a check not validated': () => `ALTER TABLE cost_data ADD CONSTRAINT positive CHECK (cost::numeric >= 0) NOT VALID`,
  statistics: () => `CREATE STATISTICS project_service ON project_id, service FROM cost_data`,
  // Tables and what reads ours.
  'a table that refers to ours': ({ ids }) =>
    `CREATE TABLE orders (id int PRIMARY KEY, project_id ${ids} REFERENCES projects (id)); INSERT INTO orders SELECT 1, id FROM projects LIMIT 1`,
  'a table that refers to a bill': ({ ids }) =>
    `CREATE TABLE "Order Items" ("select" ${ids} REFERENCES cost_data (id) ON DELETE CASCADE); INSERT INTO "Order Items" SELECT id FROM cost_data LIMIT 1`,
  'a circle of keys': ({ ids }) =>
    `ALTER TABLE teams ADD COLUMN owner_id ${ids} REFERENCES users (id) ON DELETE SET NULL; UPDATE teams t SET owner_id = (SELECT min(id::text) FROM users u WHERE u.team_id = t.id)${ids === 'bigint' || ids === 'uuid' ? `::${ids}` : ''}`,
  'a table named by a reserved word': () =>
    `CREATE TABLE "user" (id serial PRIMARY KEY); INSERT INTO "user" DEFAULT VALUES`,
  'a table of our name': () =>
    `CREATE TABLE runs (id int PRIMARY KEY, started_at timestamptz); INSERT INTO runs VALUES (1)`,
  'a sequence of our name': () => `CREATE SEQUENCE vault_audit_id_seq START 41`,
  'a view': () => `CREATE VIEW spend_by_project AS SELECT project_id, sum(cost) AS cost FROM cost_data GROUP BY 1`,
  'a view of all': () => `CREATE VIEW everything AS SELECT * FROM cost_data JOIN projects p USING (id)`,
  'a materialized view': () =>
    `CREATE MATERIALIZED VIEW days AS SELECT date, count(*) AS rows FROM cost_data GROUP BY 1`,
  'a view of our name': () => `CREATE VIEW organizations AS SELECT 1 AS id`,
  // Types and functions.
  'an enum': () => `CREATE TYPE mood AS ENUM ('sad', 'hap, py', 'it''s')`,
  'an enum of our name': () => `CREATE TYPE "ApiVersion" AS ENUM ('v1', 'v2'); CREATE TABLE calls (v "ApiVersion")`,
  'a type of our name': () => `CREATE TYPE budgets AS (amount numeric)`,
  'a function of our name': () =>
    `CREATE FUNCTION costs_register_organization() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$`,
  'an extension': () => `CREATE EXTENSION IF NOT EXISTS pg_trgm`,
  // What runs with, or refuses, our writes.
  'a trigger that copies': () => `CREATE TABLE audit (what text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN INSERT INTO audit VALUES (to_jsonb(NEW)::text); RETURN NULL; END $f$;
    CREATE TRIGGER "note it" AFTER INSERT OR UPDATE ON projects FOR EACH ROW EXECUTE FUNCTION note()`,
  'a trigger that refuses':
    () => `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION 'closed: %', TG_OP USING HINT = 'Ask finance.'; END $f$;
    CREATE TRIGGER closed BEFORE UPDATE OR DELETE ON cost_data FOR EACH ROW EXECUTE FUNCTION refuse()`,
  'a trigger that changes':
    () => `CREATE FUNCTION trimmed() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.service := btrim(NEW.service); RETURN NEW; END $f$;
    CREATE TRIGGER trimmed BEFORE INSERT OR UPDATE ON cost_data FOR EACH ROW EXECUTE FUNCTION trimmed()`,
  'a trigger that swallows':
    () => `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NULL; END $f$;
    CREATE TRIGGER swallow BEFORE UPDATE ON cost_data FOR EACH ROW EXECUTE FUNCTION swallow()`,
  'a rule': () => `CREATE RULE keep AS ON DELETE TO cost_data DO INSTEAD NOTHING`,
  'a policy': () =>
    `ALTER TABLE cost_data ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON cost_data USING (service <> 'secret')`,
  'a policy that binds the owner': () =>
    `ALTER TABLE cost_data ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY "Just mine" ON cost_data USING (service <> 'secret')`,
  'a policy on users': () =>
    `ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY self ON users USING (false)`,
  // What is said about ours.
  grants: () => `GRANT SELECT (id, cost), INSERT ON cost_data TO PUBLIC; GRANT SELECT ON projects TO PUBLIC`,
  comments: () => `COMMENT ON TABLE cost_data IS 'ours; not theirs'; COMMENT ON COLUMN cost_data.cost IS 'in dollars'`,
  'a replica identity': () => `ALTER TABLE cost_data REPLICA IDENTITY FULL`,
} as const satisfies Record<string, (types: { ids: string }) => string>;

export type ForeignObjectName = keyof typeof FOREIGN_OBJECTS;
