"""Typed deployment settings from environment variables `DTI_*`; read by entry points only."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, PostgresDsn, RedisDsn, SecretStr, TypeAdapter
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent

_POSTGRES = TypeAdapter(PostgresDsn)
_REDIS = TypeAdapter(RedisDsn)


class Settings(BaseSettings):
    """Where things are and how much of them to use."""

    model_config = SettingsConfigDict(env_prefix="DTI_", extra="ignore")

    database_url: SecretStr = Field(SecretStr(""), description="postgresql+psycopg://…; the embedded stack sets it")
    broker_url: SecretStr = Field(SecretStr(""), description="redis://… or redis+socket://…; the embedded stack sets it")
    service_url: str = Field("http://127.0.0.1:8000", description="where `dti submit` and `dti query` find the API")
    model_dir: Path = Field(PROJECT_ROOT / "data" / "model", description="checkpoint folder")
    lexicon: Path = Field(
        PROJECT_ROOT / "data" / "lexicon" / "names.lexicon.xz",
        description="names: a file of `dti lexicon build`, or its folder",
    )
    tagger_dir: Path = Field(PROJECT_ROOT / "data" / "ner", description="mention tagger: finds names that no lexicon lists")
    cache_dir: Path = Field(Path.home() / ".cache" / "dti", description="what can be made again: lexicons")
    state_dir: Path = Field(Path(".dti"), description="data of the embedded stack")
    ncbi_base_url: str = Field("https://eutils.ncbi.nlm.nih.gov/entrez/eutils", description="E-utilities")
    ncbi_tool: str = Field("dti", description="tool name registered with NCBI", pattern=r"^\S+$")
    ncbi_email: str = Field("", description="developer's address registered with NCBI")
    ncbi_api_key: SecretStr = Field(SecretStr(""), description="raises NCBI's limit from 3 to 10 requests a second")
    lease_seconds: float = Field(120.0, gt=0, description="how long a worker may hold items without finishing them")
    reconcile_seconds: float = Field(15.0, gt=0, description="how often lost work is looked for")
    pull_chunk: int = Field(200, ge=1, le=10_000, description="records a pull task fetches at once")
    extract_chunk: int = Field(64, ge=1, le=1024, description="documents an extract task claims at once")
    max_attempts: int = Field(5, ge=1, description="claims after which an item that never finishes is failed")
    extract_threads: int = Field(1, ge=1, description="threads of one extraction process")
    runs_dir: Path = Field(Path(".dti/runs"), description="self-training under way; on a disk that outlives the worker")
    training_data: Path | None = Field(None, description="data folder of `dti train`; self-training needs one")
    training_held_out: Path | None = Field(None, description="PMIDs, one a line, that self-training must not read")
    self_training_recipe: Path = Field(
        PROJECT_ROOT / "data" / "recipes" / "self-training.toml",
        description="how self-training trains: a recipe of a pair model",
    )
    self_training_cron: str = Field("", description="when self-training starts by itself: five fields of cron, in UTC")
    self_training_seconds: float = Field(0.0, ge=0, description="the same as an interval; 0 and no cron: never")
    self_training_order: Path | None = Field(
        None, description="what is started then: a JSON file as `POST /v1/self-training/runs` takes it"
    )
    max_pmids: int = Field(50_000, ge=1, description="most PMIDs in one batch request")
    max_upload_bytes: int = Field(256 * 1024 * 1024, ge=1, description="largest accepted upload")
