DROP TABLE "prices";
