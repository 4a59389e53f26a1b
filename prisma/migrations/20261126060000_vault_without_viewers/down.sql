-- A slot of a data key that was changed since would be refused, and so would every change of data key beside it; one whose
-- owner has a login of the newer version has its place taken.
INSERT INTO "vault_slots"
SELECT (jsonb_populate_record(NULL::"vault_slots", "kept"."slot")).*
FROM "vault_viewer_slots" AS "kept"
JOIN "vaults" ON "vaults"."team_id" = "kept"."team_id" AND "vaults"."generation" = ("kept"."slot" ->> 'generation')::INTEGER
ON CONFLICT DO NOTHING;

DROP TABLE "vault_viewer_slots";

ALTER TABLE "vaults" ALTER COLUMN "public_key" DROP DEFAULT;
