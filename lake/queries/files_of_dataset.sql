-- Which files of a dataset were received since a day (UTC), and what became of their rows?
-- :dataset string, such as fx_prices: the dataset
-- :since date, such as 2024-01-01: the first day
SELECT received_at, file, load, rows_in, silver, duplicates, late, quarantine, unaccounted, reasons
FROM {control}.accounts
WHERE dataset = :dataset AND CAST(received_at AS DATE) >= :since
ORDER BY received_at, load
