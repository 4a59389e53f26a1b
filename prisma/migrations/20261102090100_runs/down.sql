DROP TABLE "runs";
