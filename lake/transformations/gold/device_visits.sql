-- How many devices were in a cell within an hour (UTC), their positions there, and the visits that began in that hour.
-- Where is it busy, and when? A cell is a hundredth of a degree each way, about 1.1 km from south to north, and told by
-- its south-western corner. A visit is a device's positions one after the other in a cell, with less than 30 minutes
-- from one to the next.
WITH cells AS (
  SELECT device_id, event_time, CAST(FLOOR(latitude * 100) AS BIGINT) AS north,
    CAST(FLOOR(longitude * 100) AS BIGINT) AS east
  FROM device_positions
), followed AS (
  SELECT device_id, event_time, north, east,
    LAG(event_time) OVER (PARTITION BY device_id ORDER BY event_time) AS before,
    LAG(north) OVER (PARTITION BY device_id ORDER BY event_time) AS north_before,
    LAG(east) OVER (PARTITION BY device_id ORDER BY event_time) AS east_before
  FROM cells
), begun AS (
  SELECT device_id, north, east, CAST(DATE_TRUNC('HOUR', event_time) AS TIMESTAMP_NTZ) AS hour,
    CASE WHEN north = north_before AND east = east_before AND event_time < before + INTERVAL '30' MINUTE
      THEN 0 ELSE 1 END AS begins
  FROM followed
), counted AS (
  SELECT north, east, hour, COUNT(DISTINCT device_id) AS devices, COUNT(*) AS positions, SUM(begins) AS visits
  FROM begun
  GROUP BY north, east, hour
)
SELECT CAST(CAST(north AS DECIMAL(5, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(5, 2)) AS latitude,
  CAST(CAST(east AS DECIMAL(5, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(5, 2)) AS longitude,
  CAST(hour AS TIMESTAMP_NTZ) AS hour, CAST(devices AS BIGINT) AS devices, CAST(positions AS BIGINT) AS positions,
  CAST(visits AS BIGINT) AS visits
FROM counted
