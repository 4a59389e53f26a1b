DROP INDEX "usage_data_id_bucket_start_time_key";
