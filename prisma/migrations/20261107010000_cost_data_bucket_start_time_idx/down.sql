DROP INDEX "cost_data_api_version_bucket_start_time_idx";
