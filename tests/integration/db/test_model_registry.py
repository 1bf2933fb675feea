"""The model registry."""

from __future__ import annotations

import hashlib
import threading

import orjson
import pytest

from db import queries
from db.engine import SessionFactory
from db.queries.paging import PageRequest
from db.repository import models
from db.unit_of_work import UnitOfWork
from dti.domain.models import Act, ModelState, NewModel, PromotionKind
from dti.errors import ConflictError, MalformedInputError, NotFoundError

pytestmark = pytest.mark.integration

ACT = Act("me", "because")


def files(name: str, **more: bytes) -> dict[str, bytes]:
    found = {"card.json": orjson.dumps({"name": name}), "engine/model.bin": b"x" * 10, **more}
    found["SHA256SUMS"] = "".join(f"{hashlib.sha256(found[path]).hexdigest()}  {path}\n" for path in sorted(found)).encode()
    return found


def add(unit: UnitOfWork, name: str) -> str:
    model = models.verified(files(name))
    models.register_first(unit.session, model, files(name))
    return model.sha256


def states(unit: UnitOfWork) -> dict[str, ModelState]:
    return {model.name: model.state for model in queries.models.recent(unit.session, PageRequest()).items}


def test_the_first_model_is_active_and_further_ones_wait(unit: UnitOfWork) -> None:
    first, second = add(unit, "a"), add(unit, "b")
    assert models.active(unit.session) == first
    assert states(unit) == {"a": ModelState.ACTIVE, "b": ModelState.CANDIDATE}
    assert add(unit, "a") == first
    assert b"".join(models.pieces(unit.session, second, "engine/model.bin")) == b"x" * 10
    assert set(models.files(unit.session, second)) == set(files("b"))


def test_one_model_is_active_and_every_change_is_told(unit: UnitOfWork) -> None:
    a, b, c = (add(unit, name) for name in "abc")
    models.promote(unit.session, b, ACT)
    models.promote(unit.session, c, ACT)
    assert states(unit) == {"a": ModelState.RETIRED, "b": ModelState.RETIRED, "c": ModelState.ACTIVE}

    assert models.roll_back(unit.session, ACT) == b
    assert models.roll_back(unit.session, ACT) == a
    with pytest.raises(ConflictError, match="nothing to go back to"):
        models.roll_back(unit.session, ACT)

    told = queries.models.promotions(unit.session, PageRequest()).items
    assert [(row.kind, row.from_model, row.to_model) for row in told] == [
        (PromotionKind.ROLLBACK, b, a),
        (PromotionKind.ROLLBACK, c, b),
        (PromotionKind.PROMOTION, b, c),
        (PromotionKind.PROMOTION, a, b),
        (PromotionKind.PROMOTION, None, a),
    ]
    assert (told[0].who, told[0].reason) == ("me", "because")


def test_what_cannot_be_promoted_says_why(unit: UnitOfWork) -> None:
    a = add(unit, "a")
    models.record_rejected(unit.session, NewModel(sha256="f" * 64, name="bad", card={}, parent=a, reason="no gain"))
    with pytest.raises(ConflictError, match="is active"):
        models.promote(unit.session, a, ACT)
    with pytest.raises(ConflictError, match="is rejected"):
        models.promote(unit.session, "f" * 64, ACT)
    with pytest.raises(NotFoundError):
        models.promote(unit.session, "0" * 64, ACT)
    with pytest.raises(NotFoundError, match="no files"):
        models.files(unit.session, "f" * 64)
    assert queries.models.get(unit.session, "f" * 64).parent == a


def test_workers_that_register_at_once_make_one_active_model(session_factory: SessionFactory) -> None:
    barrier, errors = threading.Barrier(4), []

    def register(name: str) -> None:
        barrier.wait()
        try:
            with UnitOfWork(session_factory) as unit:
                add(unit, name)
                unit.commit()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=register, args=(name,)) for name in ("a", "a", "b", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with UnitOfWork(session_factory) as unit:
        assert sorted(states(unit).values()) == [ModelState.ACTIVE, ModelState.CANDIDATE]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"engine/model.bin": b"y"}, "engine/model.bin: its SHA-256 differs"),
        ({"stray.txt": b""}, "stray.txt: not in"),
        ({"SHA256SUMS": b"nonsense"}, "no list of sums"),
        ({"SHA256SUMS": b"\xff"}, "no list of sums"),
    ],
)
def test_files_that_disagree_with_their_sums_are_refused(broken: dict[str, bytes], why: str) -> None:
    with pytest.raises(MalformedInputError, match=why):
        models.verified({**files("a"), **broken})
