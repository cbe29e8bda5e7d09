-- When was the last file of each dataset received (UTC), and how many of its rows are in all its files?
SELECT dataset, MAX(received_at) AS last_file, COUNT(*) AS files, SUM(rows_in) AS rows_in
FROM {control}.accounts
GROUP BY dataset
ORDER BY dataset
