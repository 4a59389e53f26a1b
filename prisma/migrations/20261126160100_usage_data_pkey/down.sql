ALTER TABLE "usage_data"
    DROP CONSTRAINT "usage_data_pkey",
    ADD CONSTRAINT "usage_data_pkey" PRIMARY KEY ("id");
CREATE UNIQUE INDEX "usage_data_id_bucket_start_time_key" ON "usage_data"("id", "bucket_start_time");
