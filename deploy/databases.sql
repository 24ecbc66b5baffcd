-- The databases of Airflow and of Dateline, each with an owner that sees no other, and their passwords from the
-- environment. May be run at any time: what is there stays.
\getenv airflow_password AIRFLOW_DATABASE_PASSWORD
\getenv dateline_password DATELINE_DATABASE_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['airflow', 'dateline']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('CREATE DATABASE %I OWNER %I', name, name) FROM unnest(ARRAY['airflow', 'dateline']) AS name
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

ALTER ROLE airflow PASSWORD :'airflow_password';
ALTER ROLE dateline PASSWORD :'dateline_password';
REVOKE ALL ON DATABASE airflow, dateline, postgres FROM PUBLIC;
