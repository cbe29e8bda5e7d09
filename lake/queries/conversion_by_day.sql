-- How many of those who were told did within a day what was suggested, by day (UTC) and side?
-- :pair string, such as USD/MXN: base and quote currency
-- :since date, such as 2024-01-01: the first day
-- :until date, such as 2024-01-31: the last day
SELECT day, side, SUM(suggestions) AS suggestions, SUM(sent) AS sent, SUM(opened) AS opened, SUM(settled) AS settled,
  SUM(conversions) AS conversions,
  CAST(SUM(conversions) AS DOUBLE) / NULLIF(CAST(SUM(settled) AS DOUBLE), 0) AS conversion_rate
FROM {gold}.suggestion_kpis
WHERE pair = :pair AND day BETWEEN :since AND :until
GROUP BY day, side
ORDER BY day, side
