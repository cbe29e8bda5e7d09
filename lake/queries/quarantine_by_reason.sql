-- How many rows were set aside, by dataset and first reason, of the files that were received since a day (UTC)?
-- :since date, such as 2024-01-01: the first day
SELECT dataset, reasons[1] AS reason, COUNT(*) AS rows_set_aside
FROM {control}.quarantine
WHERE load_date >= CAST(:since AS VARCHAR)
GROUP BY dataset, reasons[1]
ORDER BY rows_set_aside DESC, dataset, reason
