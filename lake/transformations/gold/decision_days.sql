-- What the model decided on a day (UTC) about a pair, by why it was asked and by which rule objected (null where none
-- did), and about how many people. How often is the model asked, and what does the policy keep back?
SELECT CAST(event_time AS DATE) AS day, CAST(pair AS STRING) AS pair, CAST(cause AS STRING) AS cause,
  CAST(decision AS STRING) AS decision, CAST(suppressed AS STRING) AS suppressed,
  CAST(COUNT(*) AS BIGINT) AS decisions, CAST(COUNT(DISTINCT user_id) AS BIGINT) AS users
FROM fx_decisions
GROUP BY CAST(event_time AS DATE), pair, cause, decision, suppressed
