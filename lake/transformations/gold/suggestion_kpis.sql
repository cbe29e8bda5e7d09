-- The suggestions of a day (UTC) for a pair, a side and a channel (null where it is unknown), and what became of them.
-- How many do we send, are they read, and do people do what they say?
-- Of those made, the ones that were told are sent, and the others held out. One is settled when the day is over within
-- which it can be followed; a conversion is a settled one that was followed in that day. Opened, answered, settled and
-- conversions are of those sent, and the rate is conversions over settled. The traded quantity is that of the
-- conversions, and the mean gain that of following one that was sent, a day later, as a part of the price, over those
-- where it is known.
WITH joined AS (
  SELECT CAST(made.event_time AS DATE) AS day, made.pair, made.side, made.channel, made.told,
    outcome.opened_at IS NOT NULL AS opened, outcome.response IS NOT NULL AS answered,
    COALESCE(outcome.known_until >= outcome.begun_at + INTERVAL '1' DAY, FALSE) AS settled,
    outcome.traded_at IS NOT NULL AS followed, outcome.traded_quantity, outcome.gain_1d
  FROM fx_suggestions AS made
  LEFT JOIN fx_outcomes AS outcome ON outcome.suggestion_id = made.suggestion_id
), counted AS (
  SELECT day, pair, side, channel, COUNT(*) AS suggestions,
    SUM(CASE WHEN told THEN 1 ELSE 0 END) AS sent,
    SUM(CASE WHEN told AND opened THEN 1 ELSE 0 END) AS opened,
    SUM(CASE WHEN told AND answered THEN 1 ELSE 0 END) AS answered,
    SUM(CASE WHEN told AND settled THEN 1 ELSE 0 END) AS settled,
    SUM(CASE WHEN told AND settled AND followed THEN 1 ELSE 0 END) AS conversions,
    SUM(CASE WHEN told AND settled AND followed THEN traded_quantity END) AS traded_quantity,
    SUM(CASE WHEN NOT told AND settled THEN 1 ELSE 0 END) AS held_out_settled,
    SUM(CASE WHEN NOT told AND settled AND followed THEN 1 ELSE 0 END) AS held_out_conversions,
    SUM(CASE WHEN told THEN gain_1d END) AS gain_1d,
    SUM(CASE WHEN told AND gain_1d IS NOT NULL THEN 1 ELSE 0 END) AS gains
  FROM joined
  GROUP BY day, pair, side, channel
)
SELECT CAST(day AS DATE) AS day, CAST(pair AS STRING) AS pair, CAST(side AS STRING) AS side,
  CAST(channel AS STRING) AS channel, CAST(suggestions AS BIGINT) AS suggestions, CAST(sent AS BIGINT) AS sent,
  CAST(suggestions - sent AS BIGINT) AS held_out, CAST(opened AS BIGINT) AS opened,
  CAST(answered AS BIGINT) AS answered, CAST(settled AS BIGINT) AS settled, CAST(conversions AS BIGINT) AS conversions,
  CAST(CAST(conversions AS DOUBLE) / NULLIF(CAST(settled AS DOUBLE), 0) AS DOUBLE) AS conversion_rate,
  CAST(COALESCE(traded_quantity, CAST(0 AS DECIMAL(28, 3))) AS DECIMAL(28, 3)) AS traded_quantity,
  CAST(held_out_settled AS BIGINT) AS held_out_settled, CAST(held_out_conversions AS BIGINT) AS held_out_conversions,
  -- Each engine rounds a long decimal to a double in its own way, and its digits all in the same.
  CAST(CAST(CAST(gain_1d AS STRING) AS DOUBLE) / NULLIF(CAST(gains AS DOUBLE), 0) AS DOUBLE) AS mean_gain_1d
FROM counted
