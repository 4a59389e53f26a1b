-- The index that was built takes the place of the key, and its name. Earlier versions meet rows by "usage_data_key", not by this.
-- Locks: ACCESS EXCLUSIVE on "usage_data" for a catalog change; no scan.
ALTER TABLE "usage_data"
    DROP CONSTRAINT "usage_data_pkey",
    ADD CONSTRAINT "usage_data_pkey" PRIMARY KEY USING INDEX "usage_data_id_bucket_start_time_key";
