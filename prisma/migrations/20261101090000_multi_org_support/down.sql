-- Back to the single-organization schema. Legacy rows (no bucket) stay as they are; collected rows cannot be expressed
-- there and are removed: `costs db rollback --export FILE` writes them out first.
DROP TABLE "login_attempts";
DROP TABLE "organization_api_keys";

DELETE FROM "cost_data" WHERE "bucket_start_time" IS NOT NULL;

ALTER TABLE "cost_data"
    DROP COLUMN "inference_geo",
    DROP COLUMN "context_window",
    DROP COLUMN "service_tier",
    DROP COLUMN "token_type",
    DROP COLUMN "cost_type",
    DROP COLUMN "model",
    DROP COLUMN "quantity_unit",
    DROP COLUMN "quantity",
    DROP COLUMN "currency",
    DROP COLUMN "line_item",
    DROP COLUMN "bucket_end_time",
    DROP COLUMN "bucket_start_time",
    DROP COLUMN "api_version",
    ALTER COLUMN "date" SET NOT NULL,
    ALTER COLUMN "service" SET NOT NULL;

DROP INDEX "projects_team_id_idx";
ALTER TABLE "projects"
    DROP COLUMN "archived_at",
    DROP COLUMN "linked_at",
    DROP COLUMN "provider_name",
    DROP COLUMN "openai_project_id",
    DROP COLUMN "ai_project_id",
    DROP COLUMN "ai_organization_id",
    DROP COLUMN "ai_provider";

DROP TYPE "api_version";
