/** The one table that outgrows a machine: hourly usage by API key. Bills never do. */
export const PARTITIONED_TABLE = 'usage_data';

/** As `pg_get_partkeydef` tells it. */
export const PARTITION_KEY = 'RANGE (bucket_start_time)';

/** Takes the rows of every month that has no partition, so that no write is ever refused for want of one. */
export const DEFAULT_PARTITION = `${PARTITIONED_TABLE}_default`;

/** Months that are made ahead, so that their rows need not be moved later. */
export const MONTHS_AHEAD = 12;

/** SQL that is true of rows that have a month; an instant without a year of four digits has none. */
export const HAS_MONTH = `bucket_start_time >= '0001-01-01' AND bucket_start_time < '9999-12-01'`;
