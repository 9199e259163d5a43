-- The login of api and worker: it owns nothing and is a member of the two roles behind the walls (db/migrations/0170). Run
-- once by a superuser, before or after the first migration; again to change the password:
--   psql -v password=… -f ops/postgres/program.sql postgres
SELECT format('CREATE ROLE %I NOLOGIN', name) FROM unnest(ARRAY['hongze_app', 'hongze_worker']) name
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) \gexec
SELECT 'CREATE ROLE hongze_program LOGIN'
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'hongze_program') \gexec
ALTER ROLE hongze_program LOGIN PASSWORD :'password';
GRANT hongze_app, hongze_worker TO hongze_program;
