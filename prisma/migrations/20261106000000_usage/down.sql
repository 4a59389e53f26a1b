DROP TABLE "collected_usage";
DROP TABLE "usage_data";
