-- Back to prices that hold for every team: those of several teams cannot be expressed there, and go into the export.
ALTER TABLE "prices" DROP CONSTRAINT "prices_team_id_fkey";
DELETE FROM "prices" WHERE (SELECT count(*) FROM "teams") > 1;
ALTER TABLE "prices" DROP CONSTRAINT "prices_pkey", DROP COLUMN "team_id";
ALTER TABLE "prices" ADD CONSTRAINT "prices_pkey" PRIMARY KEY ("provider", "model", "token_type", "tier", "context_window", "inference_geo", "unit", "valid_from");
