"""docker-compose.yml against the Compose Specification's schema and our own rules; no engine is needed."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from dti.settings import PROJECT_ROOT, Settings
from workers.queue import EXTRACT_QUEUE, PULL_QUEUE, TRAIN_QUEUE

EXPECTED = {"postgres", "valkey", "migrate", "api", "worker-pull", "worker-extract", "worker-train", "beat"}
SCHEMA = json.loads((Path(__file__).parent / "compose-spec.schema.json").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = sorted(EXPECTED - {"postgres", "valkey"})
VARIABLE = re.compile(r"\$\{(\w+)(:\?[^}]+|:-[^}]*)?\}")
SECRET = re.compile(r"password|secret|api_key|token", re.IGNORECASE)

every_service = pytest.mark.parametrize("name", sorted(EXPECTED))


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


def test_file_follows_the_compose_specification() -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(COMPOSE)


@pytest.mark.parametrize("path", [("services", "api", "healthchek"), ("services", "api", "depends_on", "x"), ("volume",)])
def test_schema_notices_a_mistake(path: tuple[str, ...]) -> None:
    broken = copy.deepcopy(COMPOSE)
    place = broken
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = {"condition": "whenever"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate(broken)


def test_services_are_those_of_the_embedded_stack() -> None:
    assert set(SERVICES) == EXPECTED
    queues = {
        name: f"--queues={queue}"
        for name, queue in (("worker-pull", PULL_QUEUE), ("worker-extract", EXTRACT_QUEUE), ("worker-train", TRAIN_QUEUE))
    }
    assert all(option in SERVICES[name]["command"] for name, option in queues.items())
    assert "--beat" in SERVICES["beat"]["command"]


@every_service
def test_health_is_checked(name: str) -> None:
    service = SERVICES[name]
    if service["restart"] == "no":  # a one-shot job: its exit code is its health
        dependants = [other for other in SERVICES.values() if name in other.get("depends_on", {})]
        assert dependants
        assert all(other["depends_on"][name]["condition"] == "service_completed_successfully" for other in dependants)
    else:
        assert service["restart"] == "unless-stopped"
        assert {"test", "interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])


@every_service
def test_dependencies_are_waited_for_by_condition(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        assert needed in SERVICES
        assert how["condition"] in {"service_healthy", "service_completed_successfully"}


@every_service
def test_runs_as_a_numbered_user_that_is_not_root(name: str) -> None:
    uid, gid = SERVICES[name]["user"].split(":")
    assert int(uid) > 0
    assert int(gid) > 0


@every_service
def test_has_no_privileges_and_a_read_only_root(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["read_only"] is True
    assert "/tmp" in service["tmpfs"]  # noqa: S108 - a path inside the container
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(service)


@every_service
def test_resources_are_limited(name: str) -> None:
    assert {"cpus", "memory", "pids"} <= set(SERVICES[name]["deploy"]["resources"]["limits"])


@every_service
def test_image_is_pinned(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].partition(":")
    assert re.fullmatch(r"\d+(\.\d+)+", tag), f"{name}: {tag or 'no tag'}"


def test_secrets_have_no_defaults() -> None:
    used = [found for text in strings(COMPOSE) for found in VARIABLE.findall(text) if SECRET.search(found[0])]
    optional = {"DTI_NCBI_API_KEY"}  # NCBI works without
    assert {variable for variable, default in used if not default.startswith(":?")} == optional


def test_secrets_are_not_written_down() -> None:
    environments = [service.get("environment", {}) for service in SERVICES.values()]
    values = [value for environment in environments for variable, value in environment.items() if SECRET.search(variable)]
    in_urls = [password for text in strings(COMPOSE) for password in re.findall(r"://[^:/@\s]*:(.+)@", text)]
    assert in_urls
    assert all(VARIABLE.fullmatch(value) for value in values + in_urls)


def test_store_is_reachable_from_inside_only() -> None:
    assert COMPOSE["networks"]["store"]["internal"] is True
    for name in ("postgres", "valkey"):
        assert SERVICES[name]["networks"] == ["store"]
        assert "ports" not in SERVICES[name]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["api"]["ports"])


@pytest.mark.parametrize("name", OURS)
def test_settings_of_our_services_exist(name: str) -> None:
    known = {f"DTI_{field.upper()}" for field in Settings.model_fields}
    given = {variable for variable in SERVICES[name]["environment"] if variable.startswith("DTI_")}
    assert given <= known
    assert {"DTI_DATABASE_URL", "DTI_BROKER_URL"} <= given


@pytest.mark.parametrize("name", OURS)
def test_build_files_exist_and_end_as_non_root(name: str) -> None:
    dockerfile = (PROJECT_ROOT / SERVICES[name]["build"]["dockerfile"]).read_text(encoding="utf-8")
    users = re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)
    assert users[-1] == SERVICES[name]["user"]
    assert "--constraint constraints.txt" in dockerfile
    assert all("@" in image or ":" in image for image in re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE))


def test_only_training_gets_torch() -> None:
    extras = {name: SERVICES[name]["build"].get("args", {}) for name in OURS}
    assert {name for name, args in extras.items() if args} == {"worker-train"}
    assert "torch" not in "".join(
        line for line in (PROJECT_ROOT / "api" / "Dockerfile").read_text(encoding="utf-8").splitlines() if " install " in line
    )
