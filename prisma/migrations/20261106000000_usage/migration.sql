-- Quantities beside the bills, keyed by all their dimensions; what a provider does not say is the empty text, since a
-- null in a key could be stored twice. One row is one part that overlaps no other.

-- CreateTable
CREATE TABLE "usage_data" (
    "id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "bucket_width" TEXT NOT NULL,
    "bucket_start_time" TIMESTAMP(3) NOT NULL,
    "bucket_end_time" TIMESTAMP(3) NOT NULL,
    "endpoint" TEXT NOT NULL,
    "token_type" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "service_tier" TEXT NOT NULL,
    "batch" TEXT NOT NULL,
    "api_key_id" TEXT NOT NULL,
    "context_window" TEXT NOT NULL,
    "inference_geo" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "quantity" DECIMAL(65,30) NOT NULL,

    CONSTRAINT "usage_data_pkey" PRIMARY KEY ("id")
);

-- Which days of which report were read, and when. The widths are read and swept apart from one another.
-- CreateTable
CREATE TABLE "collected_usage" (
    "ai_provider" TEXT NOT NULL,
    "ai_organization_id" TEXT NOT NULL,
    "bucket_width" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,
    "rows" INTEGER NOT NULL,
    "refused" BOOLEAN NOT NULL DEFAULT false,
    "run_id" TEXT NOT NULL,

    CONSTRAINT "collected_usage_pkey" PRIMARY KEY ("ai_provider", "ai_organization_id", "bucket_width", "endpoint", "day")
);

-- CreateIndex
CREATE UNIQUE INDEX "usage_data_key" ON "usage_data"("project_id", "bucket_start_time", "bucket_end_time", "endpoint", "token_type", "unit", "model", "service_tier", "batch", "api_key_id", "context_window", "inference_geo", "detail");

-- AddForeignKey
ALTER TABLE "usage_data" ADD CONSTRAINT "usage_data_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
