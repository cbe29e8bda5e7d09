-- How busy is an area, by hour (UTC) of a day? A device that is in several cells is counted in each.
-- :south decimal, such as 4.60: degrees; cells whose southern edge is there or further north
-- :north decimal, such as 4.80: degrees; cells whose southern edge is south of that
-- :west decimal, such as -74.20: degrees; cells whose western edge is there or further east
-- :east decimal, such as -74.00: degrees; cells whose western edge is west of that
-- :day date, such as 2024-01-05: which day
SELECT hour, COUNT(*) AS cells, SUM(devices) AS devices, SUM(positions) AS positions, SUM(visits) AS visits
FROM {gold}.device_visits
WHERE latitude >= :south AND latitude < :north AND longitude >= :west AND longitude < :east
  AND CAST(hour AS DATE) = :day
GROUP BY hour
ORDER BY hour
