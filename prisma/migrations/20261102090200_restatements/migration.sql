-- Every change to a day after it had once been read after its end.

-- CreateTable
CREATE TABLE "restatements" (
    "id" BIGSERIAL NOT NULL,
    "project_id" TEXT NOT NULL,
    "api_version" "api_version" NOT NULL,
    "bucket_start_time" TIMESTAMP(3) NOT NULL,
    "bucket_end_time" TIMESTAMP(3) NOT NULL,
    "line_item" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "model" TEXT,
    "old_cost" DECIMAL(65,30),
    "new_cost" DECIMAL(65,30),
    "cause" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "run_id" TEXT NOT NULL,

    CONSTRAINT "restatements_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "restatements_project_id_bucket_start_time_idx" ON "restatements"("project_id", "bucket_start_time");

-- CreateIndex
CREATE INDEX "restatements_recorded_at_idx" ON "restatements"("recorded_at");

-- AddForeignKey
ALTER TABLE "restatements" ADD CONSTRAINT "restatements_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
