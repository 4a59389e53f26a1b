-- Prices that were brought in are one team's. Those of before held for every team, and each keeps them as its own.
-- Locks: ACCESS EXCLUSIVE on "prices", which is small.

-- AlterTable
ALTER TABLE "prices" DROP CONSTRAINT "prices_pkey", ADD COLUMN "team_id" TEXT;

-- Prices brought into an embedded store before it had a team: the one it would make by itself.
INSERT INTO "teams" ("id", "name")
SELECT gen_random_uuid()::text, 'default' WHERE EXISTS (SELECT FROM "prices") AND NOT EXISTS (SELECT FROM "teams");

INSERT INTO "prices" ("team_id", "provider", "model", "token_type", "tier", "context_window", "inference_geo", "unit", "valid_from", "currency", "price", "per", "source", "imported_at")
SELECT t."id", p."provider", p."model", p."token_type", p."tier", p."context_window", p."inference_geo", p."unit", p."valid_from", p."currency", p."price", p."per", p."source", p."imported_at"
FROM "prices" p CROSS JOIN "teams" t;

DELETE FROM "prices" WHERE "team_id" IS NULL;

-- AlterTable
ALTER TABLE "prices"
    ALTER COLUMN "team_id" SET NOT NULL,
    ADD CONSTRAINT "prices_pkey" PRIMARY KEY ("team_id", "provider", "model", "token_type", "tier", "context_window", "inference_geo", "unit", "valid_from");

-- AddForeignKey
ALTER TABLE "prices" ADD CONSTRAINT "prices_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
