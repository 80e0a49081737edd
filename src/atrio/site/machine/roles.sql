-- The database roles of Atrio. The embedded server runs this by itself; on a server of your own,
-- run it once as an administrator, give the three that sign in a password
-- (alter role atrio_web password '…'), then create the database:
--
--     create database atrio owner atrio_owner;
--
-- and point DATABASE_URL at it: as atrio_owner for `atrio migrate`, as atrio_web for the web
-- process, as atrio_worker for the worker. It may be run again: what is there stays.
--
--     atrio_owner    migrates and owns the tables; may become each of the others, for tests
--     atrio_web      serves pages; may become one of the two below for one transaction
--     atrio_staff    signs in nowhere; taken on while a member of staff is served
--     atrio_integrator  likewise, while something is looked up for a program with a key
--     atrio_worker   the background
--
-- None is a superuser and none bypasses row-level security. The web role's membership is
-- `inherit false`: with inheritance the policies for staff would hold for it at all times. The
-- owner inherits the worker's view of the rows, since a migration may have to move them.

do $$
declare
    role_name text;
begin
    foreach role_name in array array[
        'atrio_owner', 'atrio_web', 'atrio_staff', 'atrio_integrator', 'atrio_worker'
    ] loop
        if not exists (select from pg_roles where rolname = role_name) then
            execute format('create role %I', role_name);
        end if;
    end loop;
end
$$;

alter role atrio_owner login nosuperuser nobypassrls nocreaterole createdb;
alter role atrio_web login nosuperuser nobypassrls nocreaterole nocreatedb;
alter role atrio_staff nologin nosuperuser nobypassrls nocreaterole nocreatedb;
alter role atrio_integrator nologin nosuperuser nobypassrls nocreaterole nocreatedb;
alter role atrio_worker login nosuperuser nobypassrls nocreaterole nocreatedb;

grant atrio_staff, atrio_integrator to atrio_web with inherit false, set true;
grant atrio_web, atrio_staff, atrio_integrator to atrio_owner with inherit false, set true;
grant atrio_worker to atrio_owner with inherit true, set true;
