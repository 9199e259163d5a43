-- Why: a report of a year is no answer for a browser to wait for, and some are wanted every Monday. An export is a job with a
-- file at its end; a schedule makes such jobs. What it may show is decided when it runs, by who asked.

CREATE TABLE report_schedule (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  organization_id text NOT NULL,
  user_id text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('spend', 'income')),
  query jsonb NOT NULL,
  format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
  -- Days the report covers, relative to the day it runs.
  span text NOT NULL CHECK (span IN ('yesterday', 'last7Days', 'lastWeek', 'monthToDate', 'lastMonth')),
  cadence text NOT NULL CHECK (cadence IN ('daily', 'weekly', 'monthly')),
  hour_of_day integer NOT NULL CHECK (hour_of_day BETWEEN 0 AND 23),
  status text DEFAULT 'active' NOT NULL CHECK (status IN ('active', 'paused')),
  next_run_at timestamptz NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_at timestamptz DEFAULT now() NOT NULL
);
CREATE INDEX report_schedule_organization ON report_schedule (organization_id);
CREATE INDEX report_schedule_due ON report_schedule (next_run_at) WHERE status = 'active';

CREATE TABLE report_export (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  organization_id text NOT NULL,
  user_id text NOT NULL,
  schedule_id bigint REFERENCES report_schedule (id) ON DELETE SET NULL,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('spend', 'income')),
  query jsonb NOT NULL,
  format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
  status text DEFAULT 'queued' NOT NULL CHECK (status IN ('queued', 'running', 'ready', 'failed', 'expired')),
  attempts integer DEFAULT 0 NOT NULL,
  row_count integer,
  bytes integer,
  -- More rows than a file may hold were there.
  truncated boolean DEFAULT false NOT NULL,
  file text,
  error text,
  requested_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  expires_at timestamptz
);
CREATE INDEX report_export_organization ON report_export (organization_id, id);
CREATE INDEX report_export_open ON report_export (id) WHERE status IN ('queued', 'running');
CREATE INDEX report_export_expiry ON report_export (expires_at) WHERE status = 'ready';

CREATE TRIGGER webhook_status AFTER UPDATE OF status ON report_export FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('ready', 'failed'))
  EXECUTE FUNCTION webhook_status_changed('reportExport', 'organization_id');
