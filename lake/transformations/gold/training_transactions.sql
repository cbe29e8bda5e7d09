-- A trade, with exactly the columns of the model's file of transactions. What does the model learn behaviour from?
-- One that came at once arrives at its event time, since that file leaves no arrival empty.
SELECT CAST(user_id AS STRING) AS user_id, CAST(event_time AS TIMESTAMP_NTZ) AS event_time,
  CAST(pair AS STRING) AS pair, CAST(side AS STRING) AS side,
  CAST(quantity AS DECIMAL(36, 18)) AS quantity, CAST(price AS DECIMAL(36, 18)) AS price,
  CAST(COALESCE(arrived_at, event_time) AS TIMESTAMP_NTZ) AS arrived_at
FROM fx_transactions
