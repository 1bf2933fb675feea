"""WordPiece vocabulary: source text to tokens, generated tokens back to text with offsets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import AddedToken, Tokenizer

from dti.domain.evidence import Span
from dti.domain.sequences import Token

PAD, UNKNOWN, START, END, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
_STRUCTURE = (PAD, UNKNOWN, START, END, MASK)

_CONTINUES = "##"
_LONGEST_TOKEN = 64  # characters beyond limit times this are not even tokenised: a huge text must cost no more than a long one
_GLUED_BOTH = frozenset("-‐‑–—/\\'’′_+^*~")
_OPENS = frozenset("([{")
_CLOSES = frozenset(")]}.,;:!?%")
_NUMBER = re.compile(r"\d+\Z")


class Vocabulary:
    """A trained WordPiece tokenizer behind the two directions that a model needs."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.tokenizer = tokenizer
        self._added = frozenset(token.content for token in tokenizer.get_added_tokens_decoder().values())

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read a `tokenizer.json`."""
        return cls(Tokenizer.from_file(str(path)))

    def __len__(self) -> int:
        return self.tokenizer.get_vocab_size(with_added_tokens=True)

    def id(self, token: str) -> int:
        """Index of a token that the vocabulary must hold."""
        index = self.tokenizer.token_to_id(token)
        if index is None:
            raise KeyError(token)
        return int(index)

    def encode(self, text: str, limit: int) -> tuple[list[str], bool]:
        """Source tokens between the start and end tokens, at most `limit` in all, and whether text was cut."""
        read = text[: limit * _LONGEST_TOKEN]
        tokens = self.tokenizer.encode(read).tokens
        cut = len(tokens) > limit or len(read) < len(text)
        return ([*tokens[:-1][: limit - 1], END], True) if cut else (tokens, False)

    def located(self, text: str, limit: int) -> tuple[list[int], list[Span], bool]:
        """Source token ids as `encode` cuts them, the characters of each but the first and the last, and whether text was cut."""
        read = text[: limit * _LONGEST_TOKEN]
        encoding = self.tokenizer.encode(read)
        cut = len(encoding.ids) > limit or len(read) < len(text)
        kept = encoding.ids[:-1][: limit - 1]
        return [*kept, encoding.ids[-1]], [Span(*offsets) for offsets in encoding.offsets[1 : len(kept)]], cut

    def tokens(self) -> list[str]:
        """All tokens by id."""
        return sorted(self.tokenizer.get_vocab(with_added_tokens=True), key=self.id)

    def is_piece(self, token: str) -> bool:
        """Whether it is text rather than a marker or a token of the sequence's own."""
        return token not in self._added

    def pieces(self, text: str) -> list[int]:
        """Target token ids without start and end tokens."""
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def join(self, tokens: Sequence[str], logprobs: Sequence[float]) -> tuple[str, tuple[Token, ...]]:
        """Text of generated tokens and where each one stands in it.

        WordPiece forgets the spaces around punctuation; they are guessed so that names read well
        ("5-ht1a", "nf-kappa b", "1,2-diol"). Letters and digits always come back as encoded.
        """
        text = ""
        located: list[Token] = []
        for before, token, logprob in zip([None, *tokens], tokens, logprobs, strict=False):
            piece = token.removeprefix(_CONTINUES) if token not in self._added else token
            if before is not None and self._spaced(before, token, text):
                text += " "
            located.append(Token(len(text), len(text) + len(piece), logprob))
            text += piece
        return text, tuple(located)

    def _spaced(self, before: str, token: str, text: str) -> bool:
        if token in self._added or before in self._added:
            return True
        if token.startswith(_CONTINUES) or token in _GLUED_BOTH or before in _GLUED_BOTH or before in _OPENS:
            return False
        if token in _OPENS:
            return not text.endswith(")")
        if token in _CLOSES:
            return False
        return not (before in ",." and _NUMBER.match(token) and text[-2:-1].isdigit())


def trim(full: Tokenizer, texts: Iterable[str], markers: Sequence[str], *, least: int) -> tuple[Vocabulary, list[int]]:
    """Keep single characters and the pieces seen at least `least` times in `texts`; add `markers`.

    Returns the vocabulary and, for each of its ids, the id in `full` (-1 for a marker), which is what
    selecting rows of an embedding matrix needs.
    """
    kept = _kept(full, texts, least)
    old = full.get_vocab(with_added_tokens=True)
    names = [*_STRUCTURE, *sorted((piece for piece in kept if piece not in _STRUCTURE), key=old.__getitem__)]
    blueprint = json.loads(full.to_str())
    blueprint["model"]["vocab"] = {piece: index for index, piece in enumerate(names)}
    blueprint["added_tokens"] = [entry for entry in blueprint["added_tokens"] if entry["content"] in _STRUCTURE]
    for entry in blueprint["added_tokens"]:
        entry["id"] = names.index(entry["content"])
    _renumber(blueprint.get("post_processor"), names)
    trimmed = Tokenizer.from_str(json.dumps(blueprint))
    trimmed.add_special_tokens([AddedToken(marker, special=True, normalized=False) for marker in markers])
    return Vocabulary(trimmed), [*(old[name] for name in names), *(-1 for _ in markers)]


def _kept(full: Tokenizer, texts: Iterable[str], least: int) -> set[str]:
    counts = dict.fromkeys(full.get_vocab(with_added_tokens=False), 0)
    for text in texts:
        for piece in full.encode(text, add_special_tokens=False).tokens:
            counts[piece] += 1
    return {piece for piece, count in counts.items() if count >= least or len(piece.removeprefix(_CONTINUES)) == 1}


def _renumber(processor: object, names: Sequence[str]) -> None:
    """Point the post-processor's start and end tokens at their new ids."""
    if not isinstance(processor, dict):
        return
    for special in processor.get("special_tokens", {}).values():
        special["ids"] = [names.index(token) for token in special["tokens"]]
    for side in ("cls", "sep"):
        if side in processor:
            processor[side] = [processor[side][0], names.index(processor[side][0])]
