DROP INDEX "cost_data_api_version_idx";
