-- The bills cut finer, by who spent: what a report does not say is the empty text, since a null in a key could be stored twice.
-- The cuts of a project's day add up to its bill; what a source leaves over is a row of its own source, under no key.

-- CreateTable
CREATE TABLE "cost_by_api_key" (
    "id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "bucket_start_time" TIMESTAMP(3) NOT NULL,
    "bucket_end_time" TIMESTAMP(3) NOT NULL,
    "source" TEXT NOT NULL,
    "api_key_id" TEXT NOT NULL,
    "line_item" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "token_type" TEXT NOT NULL,
    "service_tier" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "cost" DECIMAL(65,30) NOT NULL,
    "quantity" DECIMAL(65,30),
    "quantity_unit" TEXT,

    CONSTRAINT "cost_by_api_key_pkey" PRIMARY KEY ("id")
);

-- The keys that were seen, by name. One that ended keeps its last name.
-- CreateTable
CREATE TABLE "api_keys" (
    "ai_provider" TEXT NOT NULL,
    "ai_organization_id" TEXT NOT NULL,
    "api_key_id" TEXT NOT NULL,
    "name" TEXT,
    "hint" TEXT,
    "owner_kind" TEXT,
    "owner_id" TEXT,
    "owner_name" TEXT,
    "owner_email" TEXT,
    "ai_project_id" TEXT,
    "created_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("ai_provider", "ai_organization_id", "api_key_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "cost_by_api_key_key" ON "cost_by_api_key"("project_id", "bucket_start_time", "bucket_end_time", "source", "api_key_id", "line_item", "currency", "model", "token_type", "service_tier", "product");

-- AddForeignKey
ALTER TABLE "cost_by_api_key" ADD CONSTRAINT "cost_by_api_key_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_ai_provider_ai_organization_id_fkey" FOREIGN KEY ("ai_provider", "ai_organization_id") REFERENCES "organizations"("provider", "organization_id") ON DELETE RESTRICT ON UPDATE CASCADE;
