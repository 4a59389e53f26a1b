DROP TABLE "finding_messages";
DROP TABLE "findings";
