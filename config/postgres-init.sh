#!/bin/sh
# Run once by the postgres image, on an empty data folder: the two roles and the database.
# him_owner makes tables and migrates them; him_app runs the app and may only use what it was granted.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
\getenv owner_password HIM_OWNER_PASSWORD
\getenv app_password HIM_APP_PASSWORD
CREATE ROLE him_owner LOGIN NOSUPERUSER NOCREATEROLE CREATEDB PASSWORD :'owner_password';
CREATE ROLE him_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
CREATE DATABASE heldinmind OWNER him_owner;
REVOKE CONNECT ON DATABASE heldinmind FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE heldinmind TO him_app;
SQL
