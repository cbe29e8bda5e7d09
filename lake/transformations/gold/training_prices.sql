-- A price, with exactly the columns of the model's file of prices. What does the model learn the market from?
-- One that came at once arrives at its event time, since that file leaves no arrival empty.
SELECT CAST(pair AS STRING) AS pair, CAST(event_time AS TIMESTAMP_NTZ) AS event_time,
  CAST(bid AS DECIMAL(36, 18)) AS bid, CAST(ask AS DECIMAL(36, 18)) AS ask,
  CAST(COALESCE(arrived_at, event_time) AS TIMESTAMP_NTZ) AS arrived_at
FROM fx_prices
