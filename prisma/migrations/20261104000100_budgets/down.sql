DROP TABLE "budgets";
