-- How many people each department hired for each job in a year, by quarter, in UTC. A job that a department hired nobody
-- for has no row; a hire into a department or for a job that is in no register is not counted.
SELECT
  departments.department,
  jobs.job,
  COUNT(CASE WHEN EXTRACT(QUARTER FROM hired.hired_at) = 1 THEN 1 END) AS q1,
  COUNT(CASE WHEN EXTRACT(QUARTER FROM hired.hired_at) = 2 THEN 1 END) AS q2,
  COUNT(CASE WHEN EXTRACT(QUARTER FROM hired.hired_at) = 3 THEN 1 END) AS q3,
  COUNT(CASE WHEN EXTRACT(QUARTER FROM hired.hired_at) = 4 THEN 1 END) AS q4
FROM hr_hired_employees AS hired
INNER JOIN hr_departments AS departments ON departments.id = hired.department_id
INNER JOIN hr_jobs AS jobs ON jobs.id = hired.job_id
WHERE EXTRACT(YEAR FROM hired.hired_at) = :year
GROUP BY departments.id, departments.department, jobs.id, jobs.job
ORDER BY departments.department, jobs.job, departments.id, jobs.id
