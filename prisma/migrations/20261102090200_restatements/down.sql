DROP TABLE "restatements";
