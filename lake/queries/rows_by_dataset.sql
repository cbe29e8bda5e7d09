-- What became of the rows of each dataset? `unaccounted` is 0, or something is wrong.
SELECT dataset, COUNT(*) AS files, SUM(rows_in) AS rows_in, SUM(silver) AS silver, SUM(duplicates) AS duplicates,
  SUM(late) AS late, SUM(quarantine) AS quarantine, SUM(unaccounted) AS unaccounted
FROM {control}.accounts
GROUP BY dataset
ORDER BY dataset
