-- What a user did in a pair on a day, and up to its end. How much do people trade, and what had they done by then?
-- A trade belongs to the day (UTC) from which on it was known, its arrival or else its event time, so that a day that
-- is over stays as it is. Amounts are in base currency.
WITH days AS (
  SELECT user_id, pair, CAST(CASE WHEN arrived_at > event_time THEN arrived_at ELSE event_time END AS DATE) AS day,
    COUNT(*) AS trades,
    SUM(CASE WHEN side = 'BUY' THEN quantity ELSE CAST(0 AS DECIMAL(36, 18)) END) AS bought,
    SUM(CASE WHEN side = 'SELL' THEN quantity ELSE CAST(0 AS DECIMAL(36, 18)) END) AS sold
  FROM fx_transactions
  GROUP BY user_id, pair, CAST(CASE WHEN arrived_at > event_time THEN arrived_at ELSE event_time END AS DATE)
)
SELECT CAST(user_id AS STRING) AS user_id, CAST(pair AS STRING) AS pair, CAST(day AS DATE) AS day,
  CAST(trades AS BIGINT) AS trades, CAST(bought AS DECIMAL(38, 18)) AS bought, CAST(sold AS DECIMAL(38, 18)) AS sold,
  CAST(SUM(trades) OVER until_then AS BIGINT) AS trades_to_date,
  CAST(SUM(bought) OVER until_then AS DECIMAL(38, 18)) AS bought_to_date,
  CAST(SUM(sold) OVER until_then AS DECIMAL(38, 18)) AS sold_to_date
FROM days
WINDOW until_then AS (PARTITION BY user_id, pair ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
