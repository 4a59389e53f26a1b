-- The next primary key of "usage_data": a partitioned table keeps none without the column that it is partitioned by.
-- Alone in its migration: CONCURRENTLY cannot run in a transaction, and blocks no writer. Locks: SHARE UPDATE EXCLUSIVE on "usage_data".
CREATE UNIQUE INDEX CONCURRENTLY "usage_data_id_bucket_start_time_key" ON "usage_data"("id", "bucket_start_time");
