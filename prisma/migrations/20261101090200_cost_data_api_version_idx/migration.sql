-- Alone in its migration: CONCURRENTLY cannot run in a transaction, and blocks no writer. Locks: SHARE UPDATE EXCLUSIVE on "cost_data".
CREATE INDEX CONCURRENTLY "cost_data_api_version_idx" ON "cost_data"("api_version");
