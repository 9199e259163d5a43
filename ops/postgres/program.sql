-- The login of api and worker: it owns nothing and, by itself, sees nothing. It may take the two roles behind the walls
-- (db/migrations/0170, db/scope.ts), and a statement that forgets to say for whom it asks is refused. Run once by a superuser, before or
-- after the first migration; again to change the password, or to tighten a login of 0.1.0, once its programs are replaced:
--   psql -v password=… -f ops/postgres/program.sql postgres
SELECT format('CREATE ROLE %I NOLOGIN', name) FROM unnest(ARRAY['hongze_app', 'hongze_worker']) name
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) \gexec
SELECT 'CREATE ROLE hongze_program LOGIN'
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'hongze_program') \gexec
BEGIN;
-- From PostgreSQL 16 on each membership keeps what the login was when it was granted.
ALTER ROLE hongze_program LOGIN NOINHERIT PASSWORD :'password';
REVOKE hongze_app, hongze_worker FROM hongze_program;
GRANT hongze_app, hongze_worker TO hongze_program;
COMMIT;
