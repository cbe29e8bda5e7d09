-- How fresh is each dataset: when did the newest of its rows happen, and when was its last file received (UTC)?
-- A register, whose rows are without a time, has no newest row.
WITH newest AS (
  SELECT 'device_positions' AS dataset, MAX(event_time) AS newest_row FROM {silver}.device_positions
  UNION ALL
  SELECT 'energy_transactions', MAX(event_time) FROM {silver}.energy_transactions
  UNION ALL
  SELECT 'fx_decisions', MAX(event_time) FROM {silver}.fx_decisions
  UNION ALL
  SELECT 'fx_outcomes', MAX(begun_at) FROM {silver}.fx_outcomes
  UNION ALL
  SELECT 'fx_prices', MAX(event_time) FROM {silver}.fx_prices
  UNION ALL
  SELECT 'fx_suggestions', MAX(event_time) FROM {silver}.fx_suggestions
  UNION ALL
  SELECT 'fx_transactions', MAX(event_time) FROM {silver}.fx_transactions
  UNION ALL
  SELECT 'hr_hired_employees', MAX(hired_at) FROM {silver}.hr_hired_employees
  UNION ALL
  SELECT 'shop_order_items', MAX(event_time) FROM {silver}.shop_order_items
  UNION ALL
  SELECT 'shop_orders', MAX(event_time) FROM {silver}.shop_orders
), received AS (
  SELECT dataset, MAX(received_at) AS last_file FROM {control}.accounts GROUP BY dataset
)
SELECT received.dataset, newest.newest_row, received.last_file
FROM received
LEFT JOIN newest ON newest.dataset = received.dataset
ORDER BY received.dataset
