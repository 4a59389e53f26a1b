-- Back to an empty database. Everything in it is lost: `costs db rollback` never goes below the baseline.
DROP TABLE "cost_data";
DROP TABLE "projects";
DROP TABLE "users";
DROP TABLE "teams";
