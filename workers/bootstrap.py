"""Composition root of a worker process: built on first use, so after the fork and only what the process needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import redis
from celery import current_app

from db.engine import make_engine, make_session_factory
from dti.domain.entities import Curie
from dti.domain.lexicon import LexiconEntity
from dti.errors import SettingsError
from dti.extraction import Extractor
from dti.lexicon import Lexicon, open_lexicon
from dti.model.shelf import Shelf
from dti.settings import PROJECT_ROOT, Settings
from dti.sources.eutils import EutilsClient, requests_per_second
from workers.bell import SingleBell
from workers.context import Context, Terms
from workers.queue import CeleryJobQueue, usable
from workers.rate_limit import RedisRateLimiter
from workers.self_training import Training
from workers.serving import Serving


@dataclass(frozen=True, slots=True)
class Services:
    """What tasks work with."""

    context: Context
    bell: SingleBell
    pubmed: EutilsClient


@cache
def services() -> Services:
    """The process's own connections; raises SettingsError."""
    settings = Settings()
    database_url, broker_url = urls(settings)
    broker = redis.Redis.from_url(broker_url, socket_timeout=5, socket_connect_timeout=5, health_check_interval=10)
    bell = SingleBell(CeleryJobQueue(current_app), broker, 2 * settings.reconcile_seconds)
    terms = Terms(
        lease_seconds=settings.lease_seconds,
        max_attempts=settings.max_attempts,
        pull_chunk=settings.pull_chunk,
        extract_chunk=settings.extract_chunk,
    )
    engine = make_engine(database_url, pool_size=2, statement_timeout=300, application_name="dti-worker")
    return Services(Context(make_session_factory(engine), bell, terms), bell, _pubmed(settings, broker))


@cache
def shelf() -> Shelf:
    """Where models of the registry lie on this machine."""
    return Shelf(Settings().cache_dir / "models")


@cache
def serving() -> Serving[Extractor]:
    """The one model of the process; a promotion replaces it."""
    settings = Settings()

    def load(folder: Path) -> Extractor:
        return Extractor.open(folder, settings.extract_threads, lexicon(), settings.tagger_dir)

    return Serving(services().context.sessions, shelf(), settings.model_dir, load)


def extractor() -> Extractor:
    """What reads with the model that is active now; raises CheckpointError or LexiconError."""
    return serving().current()


@cache
def training() -> Training:
    """What self-training on this machine works with."""
    settings = Settings()
    return Training(
        runs=settings.runs_dir,
        shelf=shelf(),
        shipped=settings.model_dir,
        recipe=settings.self_training_recipe,
        data=settings.training_data,
        cache=settings.cache_dir,
        home=PROJECT_ROOT,
        held_out=settings.training_held_out,
    )


@cache
def lexicon() -> Lexicon:
    """The one lexicon of the process; raises LexiconError."""
    settings = Settings()
    return open_lexicon(settings.lexicon, settings.cache_dir)


def entity(curie: Curie) -> LexiconEntity | None:
    """What the lexicon knows of an identifier."""
    number = lexicon().find(curie)
    return None if number is None else lexicon().entity(number)


def urls(settings: Settings) -> tuple[str, str]:
    """Database and broker; raises SettingsError where one is missing."""
    database_url, broker_url = settings.database_url.get_secret_value(), settings.broker_url.get_secret_value()
    if not database_url or not broker_url:
        raise SettingsError("a worker needs DTI_DATABASE_URL and DTI_BROKER_URL (`dti up` brings both)")
    return database_url, usable(broker_url)


def _pubmed(settings: Settings, broker: redis.Redis) -> EutilsClient:
    api_key = settings.ncbi_api_key.get_secret_value()
    return EutilsClient(
        base_url=settings.ncbi_base_url,
        tool=settings.ncbi_tool,
        email=settings.ncbi_email,
        api_key=api_key,
        limiter=RedisRateLimiter(broker, requests_per_second(api_key)),
    )
