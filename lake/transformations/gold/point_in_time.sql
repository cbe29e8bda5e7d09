-- A trade with what was known when it was made: the newest price of its pair, and what its user had done in the pair
-- until the end of the last earlier day with a trade. What did people see before they traded?
-- Nothing that became known later is in a row. A price is known from its arrival or else its event time on, and one
-- that is older than a price that was known before it is passed over, as the model does.
-- Where there was no price yet it is null, and where there was no earlier day the figures are 0.
WITH trades_and_prices AS (
  SELECT pair, CASE WHEN arrived_at > event_time THEN arrived_at ELSE event_time END AS moment, 0 AS is_trade,
    CAST(NULL AS STRING) AS user_id, CAST(NULL AS STRING) AS side, CAST(NULL AS DECIMAL(36, 18)) AS quantity,
    CAST(NULL AS DECIMAL(36, 18)) AS price, event_time AS price_time
  FROM fx_prices
  UNION ALL
  SELECT pair, event_time, 1, user_id, side, quantity, price, CAST(NULL AS TIMESTAMP_NTZ)
  FROM fx_transactions
), seen AS (
  -- What is looked back for never falls, so that it is the greatest until then: that takes Sail one look at each row,
  -- and the last value that is not null one at all rows before it.
  SELECT pair, moment, is_trade, user_id, side, quantity, price,
    MAX(price_time) OVER (
      PARTITION BY pair ORDER BY moment, is_trade ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS price_time
  FROM trades_and_prices
), trades_and_days AS (
  SELECT user_id, pair, CAST(moment AS DATE) AS day, 0 AS is_day, moment, side, quantity, price, price_time,
    CAST(NULL AS DATE) AS earlier_day, CAST(NULL AS BIGINT) AS trades_to_date,
    CAST(NULL AS DECIMAL(38, 18)) AS bought_to_date, CAST(NULL AS DECIMAL(38, 18)) AS sold_to_date
  FROM seen
  WHERE is_trade = 1
  UNION ALL
  SELECT user_id, pair, day, 1, CAST(NULL AS TIMESTAMP_NTZ), CAST(NULL AS STRING), CAST(NULL AS DECIMAL(36, 18)),
    CAST(NULL AS DECIMAL(36, 18)), CAST(NULL AS TIMESTAMP_NTZ), day, trades_to_date, bought_to_date, sold_to_date
  FROM user_days
), remembered AS (
  SELECT user_id, pair, is_day, moment, side, quantity, price, price_time,
    MAX(earlier_day) OVER until_then AS earlier_day, MAX(trades_to_date) OVER until_then AS trades_to_date,
    MAX(bought_to_date) OVER until_then AS bought_to_date, MAX(sold_to_date) OVER until_then AS sold_to_date
  FROM trades_and_days
  WINDOW until_then AS (
    PARTITION BY user_id, pair ORDER BY day, is_day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
)
SELECT CAST(user_id AS STRING) AS user_id, CAST(moment AS TIMESTAMP_NTZ) AS event_time,
  CAST(remembered.pair AS STRING) AS pair, CAST(side AS STRING) AS side,
  CAST(quantity AS DECIMAL(36, 18)) AS quantity, CAST(price AS DECIMAL(36, 18)) AS price,
  CAST(price_time AS TIMESTAMP_NTZ) AS price_time, CAST(bid AS DECIMAL(36, 18)) AS bid,
  CAST(ask AS DECIMAL(36, 18)) AS ask, CAST(earlier_day AS DATE) AS earlier_day,
  CAST(COALESCE(trades_to_date, 0) AS BIGINT) AS trades_to_date,
  CAST(COALESCE(bought_to_date, CAST(0 AS DECIMAL(38, 18))) AS DECIMAL(38, 18)) AS bought_to_date,
  CAST(COALESCE(sold_to_date, CAST(0 AS DECIMAL(38, 18))) AS DECIMAL(38, 18)) AS sold_to_date
FROM remembered
LEFT JOIN fx_prices ON fx_prices.pair = remembered.pair AND fx_prices.event_time = remembered.price_time
WHERE is_day = 0
