-- How many people a department hired for a job in each quarter of a year (UTC). When do we hire, and for what?
-- One that is not in its register is called unknown.
WITH hires AS (
  SELECT YEAR(hired_at) AS year, QUARTER(hired_at) AS quarter, COALESCE(department, 'unknown') AS department,
    COALESCE(job, 'unknown') AS job
  FROM hr_hired_employees AS hired
  LEFT JOIN hr_departments ON hr_departments.id = hired.department_id
  LEFT JOIN hr_jobs ON hr_jobs.id = hired.job_id
)
SELECT CAST(year AS BIGINT) AS year, CAST(department AS STRING) AS department, CAST(job AS STRING) AS job,
  CAST(SUM(CASE WHEN quarter = 1 THEN 1 ELSE 0 END) AS BIGINT) AS q1,
  CAST(SUM(CASE WHEN quarter = 2 THEN 1 ELSE 0 END) AS BIGINT) AS q2,
  CAST(SUM(CASE WHEN quarter = 3 THEN 1 ELSE 0 END) AS BIGINT) AS q3,
  CAST(SUM(CASE WHEN quarter = 4 THEN 1 ELSE 0 END) AS BIGINT) AS q4
FROM hires
GROUP BY year, department, job
