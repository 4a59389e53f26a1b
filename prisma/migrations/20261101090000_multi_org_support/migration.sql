-- Several organizations and providers. Additive: every new column is nullable or defaulted, so that old writers go on working.
-- Locks: ACCESS EXCLUSIVE on "projects" and "cost_data", for catalog changes only; no table is rewritten or scanned.
-- The indexes of "cost_data" are migrations of their own, built CONCURRENTLY, and so is its check.

-- CreateEnum
CREATE TYPE "api_version" AS ENUM ('usage_v1', 'costs_v1');

-- AlterTable
ALTER TABLE "projects"
    ADD COLUMN "ai_provider" TEXT,
    ADD COLUMN "ai_organization_id" TEXT,
    ADD COLUMN "ai_project_id" TEXT,
    ADD COLUMN "openai_project_id" TEXT,
    ADD COLUMN "provider_name" TEXT,
    ADD COLUMN "linked_at" TIMESTAMPTZ(3),
    ADD COLUMN "archived_at" TIMESTAMPTZ(3);

-- AlterTable: collected rows leave "date" and "service" null, so that an old reader's sum by date never counts a bill.
ALTER TABLE "cost_data"
    ALTER COLUMN "date" DROP NOT NULL,
    ALTER COLUMN "service" DROP NOT NULL,
    ADD COLUMN "api_version" "api_version" NOT NULL DEFAULT 'usage_v1',
    ADD COLUMN "bucket_start_time" TIMESTAMP(3),
    ADD COLUMN "bucket_end_time" TIMESTAMP(3),
    ADD COLUMN "line_item" TEXT,
    ADD COLUMN "currency" TEXT,
    ADD COLUMN "quantity" DECIMAL(65,30),
    ADD COLUMN "quantity_unit" TEXT,
    ADD COLUMN "model" TEXT,
    ADD COLUMN "cost_type" TEXT,
    ADD COLUMN "token_type" TEXT,
    ADD COLUMN "service_tier" TEXT,
    ADD COLUMN "context_window" TEXT,
    ADD COLUMN "inference_geo" TEXT;

-- CreateTable
CREATE TABLE "organization_api_keys" (
    "id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "source" TEXT NOT NULL,
    "variable" TEXT,
    "encrypted_key" TEXT,
    "generation" INTEGER,
    "host" TEXT NOT NULL,
    "last_four" TEXT NOT NULL,
    "mac" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "exposed_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organization_api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "login_attempts" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "team_id" TEXT,
    "attempted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "host" TEXT,
    "os_user" TEXT,
    "db_user" TEXT NOT NULL DEFAULT CURRENT_USER,
    "db_address" TEXT DEFAULT (inet_client_addr())::text,
    "success" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "login_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "projects_openai_project_id_key" ON "projects"("openai_project_id");

-- CreateIndex
CREATE UNIQUE INDEX "projects_ai_key" ON "projects"("ai_provider", "ai_organization_id", "ai_project_id");

-- CreateIndex
CREATE INDEX "projects_team_id_idx" ON "projects"("team_id");

-- CreateIndex
CREATE UNIQUE INDEX "organization_api_keys_team_id_provider_organization_id_key" ON "organization_api_keys"("team_id", "provider", "organization_id");

-- CreateIndex: one organization is collected once, whichever team registered it.
CREATE UNIQUE INDEX "organization_api_keys_provider_organization_id_key" ON "organization_api_keys"("provider", "organization_id");

-- CreateIndex
CREATE INDEX "organization_api_keys_team_id_idx" ON "organization_api_keys"("team_id");

-- CreateIndex
CREATE INDEX "organization_api_keys_provider_is_active_idx" ON "organization_api_keys"("provider", "is_active");

-- CreateIndex
CREATE INDEX "login_attempts_email_attempted_at_idx" ON "login_attempts"("email", "attempted_at");

-- AddForeignKey
ALTER TABLE "organization_api_keys" ADD CONSTRAINT "organization_api_keys_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "login_attempts" ADD CONSTRAINT "login_attempts_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE SET NULL ON UPDATE CASCADE;
