DROP INDEX "cost_data_bucket_key";
