#!/bin/bash
# Run once by PostgreSQL's image, behind roles.sql: passwords, and the database.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username postgres \
  --set owner="$OWNER_PASSWORD" --set web="$WEB_PASSWORD" --set worker="$WORKER_PASSWORD" <<'SQL'
alter role atrio_owner password :'owner';
alter role atrio_web password :'web';
alter role atrio_worker password :'worker';
create database atrio owner atrio_owner;
SQL
