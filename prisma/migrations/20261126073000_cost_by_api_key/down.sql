DROP TABLE "api_keys";
DROP TABLE "cost_by_api_key";
