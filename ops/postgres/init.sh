#!/bin/sh
# Run by the container of PostgreSQL when its volume is empty.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$PROGRAM_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f /ops/program.sql
