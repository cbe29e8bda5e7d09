-- How many more people do what was suggested when they are told than when they are held out: of all, and by pair, side
-- and channel, in `segment` and `value`. What does telling people do?
-- A trial is an outcome whose day is over, as in divisa.domain.lift, whose formulas these are: the difference of the
-- rates with Newcombe's interval of 95 % (1998, method 10) of two Wilson intervals (1927), on sizes over the design
-- effect (Rao and Scott 1992), which is the variance between users (Liang and Zeger 1986) over that of independent
-- draws. With fewer than 30 users in an arm there is none. z is the normal quantile of 0.975.
WITH trials AS (
  SELECT outcome.user_id, outcome.pair, outcome.side, made.channel,
    CASE WHEN outcome.arm = 'treated' THEN 1 ELSE 0 END AS treated,
    CASE WHEN outcome.traded_at IS NOT NULL THEN 1 ELSE 0 END AS traded
  FROM fx_outcomes AS outcome
  LEFT JOIN fx_suggestions AS made ON made.suggestion_id = outcome.suggestion_id
  WHERE outcome.known_until >= outcome.begun_at + INTERVAL '1' DAY
), segments AS (
  SELECT 'all' AS segment, 'all' AS value, user_id, treated, traded FROM trials
  UNION ALL
  SELECT 'pair', pair, user_id, treated, traded FROM trials
  UNION ALL
  SELECT 'side', side, user_id, treated, traded FROM trials
  UNION ALL
  SELECT 'channel', channel, user_id, treated, traded FROM trials WHERE channel IS NOT NULL
), users AS (
  SELECT segment, value, user_id, SUM(treated) AS told, SUM(treated * traded) AS told_traded,
    SUM(1 - treated) AS held, SUM((1 - treated) * traded) AS held_traded
  FROM segments
  GROUP BY segment, value, user_id
), sums AS (
  -- Sums of whole numbers, which are the same in any order.
  SELECT segment, value, COUNT(*) AS users,
    SUM(CASE WHEN told > 0 THEN 1 ELSE 0 END) AS told_users, SUM(told) AS told, SUM(told_traded) AS told_traded,
    SUM(CASE WHEN held > 0 THEN 1 ELSE 0 END) AS held_users, SUM(held) AS held, SUM(held_traded) AS held_traded,
    CAST(SUM(told_traded * told_traded) AS DOUBLE) AS kk1, CAST(SUM(told_traded * told) AS DOUBLE) AS kn1,
    CAST(SUM(told * told) AS DOUBLE) AS nn1, CAST(SUM(held_traded * held_traded) AS DOUBLE) AS kk0,
    CAST(SUM(held_traded * held) AS DOUBLE) AS kn0, CAST(SUM(held * held) AS DOUBLE) AS nn0,
    CAST(SUM(told_traded * held) AS DOUBLE) AS k1n0, CAST(SUM(told_traded * held_traded) AS DOUBLE) AS k1k0,
    CAST(SUM(told * held) AS DOUBLE) AS n1n0, CAST(SUM(told * held_traded) AS DOUBLE) AS n1k0
  FROM users
  GROUP BY segment, value
), rates AS (
  SELECT *, CAST(users AS DOUBLE) AS g, NULLIF(CAST(told AS DOUBLE), 0) AS n1, NULLIF(CAST(held AS DOUBLE), 0) AS n0,
    CAST(told_traded AS DOUBLE) / NULLIF(CAST(told AS DOUBLE), 0) AS p1,
    CAST(held_traded AS DOUBLE) / NULLIF(CAST(held AS DOUBLE), 0) AS p0,
    CAST(1.959963984540054 AS DOUBLE) AS z,
    told_users >= 30 AND held_users >= 30 AS enough
  FROM sums
), variances AS (
  SELECT *, p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0 AS independent,
    ((kk1 - 2 * p1 * kn1 + p1 * p1 * nn1) / n1 / n1 + (kk0 - 2 * p0 * kn0 + p0 * p0 * nn0) / n0 / n0
      + 2 * (p0 * k1n0 - k1k0 - p1 * p0 * n1n0 + p1 * n1k0) / n1 / n0) * g / NULLIF(g - 1, 0) AS clustered
  FROM rates
), effects AS (
  SELECT *, CASE WHEN NOT enough THEN NULL WHEN clustered > independent AND independent > 0
    THEN clustered / independent ELSE CAST(1 AS DOUBLE) END AS effect
  FROM variances
), sizes AS (
  SELECT *, n1 / effect AS m1, n0 / effect AS m0 FROM effects
), wilson AS (
  SELECT *, (p1 + z * z / (2 * m1)) / (1 + z * z / m1) AS middle1,
    z * SQRT(p1 * (1 - p1) / m1 + z * z / (4 * m1 * m1)) / (1 + z * z / m1) AS reach1,
    (p0 + z * z / (2 * m0)) / (1 + z * z / m0) AS middle0,
    z * SQRT(p0 * (1 - p0) / m0 + z * z / (4 * m0 * m0)) / (1 + z * z / m0) AS reach0
  FROM sizes
), distances AS (
  SELECT *, p1 - (middle1 - reach1) AS below1, middle1 + reach1 - p1 AS above1,
    p0 - (middle0 - reach0) AS below0, middle0 + reach0 - p0 AS above0
  FROM wilson
)
SELECT CAST(segment AS STRING) AS segment, CAST(value AS STRING) AS value,
  CAST(told AS BIGINT) AS treated_suggestions, CAST(told_users AS BIGINT) AS treated_users,
  CAST(told_traded AS BIGINT) AS treated_conversions, CAST(p1 AS DOUBLE) AS treated_rate,
  CAST(held AS BIGINT) AS holdout_suggestions, CAST(held_users AS BIGINT) AS holdout_users,
  CAST(held_traded AS BIGINT) AS holdout_conversions, CAST(p0 AS DOUBLE) AS holdout_rate,
  CAST(effect AS DOUBLE) AS design_effect, CAST(CASE WHEN enough THEN p1 - p0 END AS DOUBLE) AS difference,
  CAST(p1 - p0 - SQRT(below1 * below1 + above0 * above0) AS DOUBLE) AS low,
  CAST(p1 - p0 + SQRT(above1 * above1 + below0 * below0) AS DOUBLE) AS high
FROM distances
