-- The prices of a pair on a day: the first, highest, lowest and last mid, and their mean. What did the dollar do?
-- mid = (bid + ask) / 2, of all prices that their source set on the day (UTC), each counted once.
WITH mids AS (
  SELECT pair, event_time, CAST(event_time AS DATE) AS day,
    CAST((bid + ask) * CAST(0.5 AS DECIMAL(1, 1)) AS DECIMAL(36, 18)) AS mid
  FROM fx_prices
), days AS (
  SELECT pair, day, COUNT(*) AS prices, MIN_BY(mid, event_time) AS first_mid, MAX(mid) AS high, MIN(mid) AS low,
    MAX_BY(mid, event_time) AS last_mid, SUM(mid) AS total
  FROM mids
  GROUP BY pair, day
)
SELECT CAST(pair AS STRING) AS pair, CAST(day AS DATE) AS day, CAST(prices AS BIGINT) AS prices,
  CAST(first_mid AS DECIMAL(36, 18)) AS open, CAST(high AS DECIMAL(36, 18)) AS high,
  CAST(low AS DECIMAL(36, 18)) AS low, CAST(last_mid AS DECIMAL(36, 18)) AS close,
  -- Each engine rounds a long decimal to a double in its own way, and its digits all in the same.
  CAST(CAST(CAST(total AS STRING) AS DOUBLE) / CAST(prices AS DOUBLE) AS DOUBLE) AS mean
FROM days
