DROP TABLE "collected_days";
