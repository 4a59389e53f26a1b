import { DuckDBInstance } from '@duckdb/node-api';

/** Writes a FOCUS file of so many rows of one month: hours, 40 projects, 25 meters, and money of 27 digits. */
export async function writeParquet(path, rows) {
  await run(`COPY (
    SELECT ((i * 982451653 % 99999989)::VARCHAR || '.' || lpad((i * 7919 % 1000000000)::VARCHAR, 9, '0'))::DECIMAL(38, 18) AS BilledCost,
      'billing-account' AS BillingAccountId, 'USD' AS BillingCurrency,
      TIMESTAMPTZ '2026-10-01' AS BillingPeriodStart, TIMESTAMPTZ '2026-11-01' AS BillingPeriodEnd,
      TIMESTAMPTZ '2026-10-01' + INTERVAL 1 HOUR * (i % 744) AS ChargePeriodStart,
      TIMESTAMPTZ '2026-10-01' + INTERVAL 1 HOUR * (i % 744 + 1) AS ChargePeriodEnd,
      'Usage' AS ChargeCategory, 'Vertex AI' AS ServiceName, 'Google Cloud' AS ProviderName,
      'project-' || (i % 40) AS SubAccountId, 'meter ' || (i % 25) AS SkuMeter,
      i::DECIMAL(38, 9) AS ConsumedQuantity, 'count' AS ConsumedUnit
    FROM range(${rows}) AS t(i)) TO '${path}' (FORMAT parquet)`);
}

/** Reads every row of the file and writes it for COPY. */
export async function readToCsv(path, csv) {
  await run(`COPY (
    SELECT SubAccountId, ChargePeriodStart::DATE, ServiceName || ' · ' || SkuMeter, BillingCurrency, BilledCost, ConsumedQuantity
    FROM '${path}') TO '${csv}' (FORMAT csv, HEADER false)`);
}

async function run(sql) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run(sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
