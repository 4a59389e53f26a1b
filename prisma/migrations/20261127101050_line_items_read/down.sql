-- What was filled stays: it is what these columns are for, also before this migration.
SELECT 1;
