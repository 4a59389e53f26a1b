-- Alone in its migration: CONCURRENTLY cannot run in a transaction, and blocks no writer. Locks: SHARE UPDATE EXCLUSIVE on "cost_data".
CREATE UNIQUE INDEX CONCURRENTLY "cost_data_bucket_key" ON "cost_data"("project_id", "bucket_start_time", "bucket_end_time", "line_item", "api_version");
