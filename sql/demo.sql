-- Files given on the command line are tables: mills, deliveries; stock.db is attached as stock.

-- Questions to one CSV file.
SELECT grain, count(*) AS deliveries, sum(kilograms) AS kilograms,
       sum(kilograms * price_per_kg) AS paid
FROM deliveries
GROUP BY grain
ORDER BY paid DESC;

-- Two CSV files and a SQLite table, joined in one query.
SELECT m.name AS mill, m.power, g.name AS grain, g.protein_percent, sum(d.kilograms) AS kilograms
FROM deliveries d
JOIN mills m USING (mill_id)
JOIN stock.grain g ON g.name = d.grain
WHERE d.day >= DATE '2026-01-01' AND g.gluten
GROUP BY m.name, m.power, g.name, g.protein_percent
ORDER BY kilograms DESC, mill
LIMIT 5;

-- What is handed to the sources: projections, filters, SQL.
EXPLAIN SELECT sack_id, kilograms FROM stock.sack WHERE mill_id = 3 AND kilograms > 20;

-- INSERT gives one row with a count: into a table in memory, into the database, into the CSV file.
CREATE TABLE big_deliveries AS SELECT * FROM deliveries WHERE kilograms > 800;
INSERT INTO stock.sack SELECT 1000 + delivery_id, grain, mill_id, 25, day FROM big_deliveries WHERE mill_id IS NOT NULL;
INSERT INTO deliveries (delivery_id, day, mill_id, grain, kilograms, price_per_kg)
VALUES (301, DATE '2026-09-01', 3, 'rye', 120, 0.29), (302, DATE '2026-09-02', NULL, 'oats', 45, 0.35);
SELECT count(*) AS deliveries, max(day) AS last_day FROM deliveries;
