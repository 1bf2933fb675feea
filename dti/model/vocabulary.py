"""A model's vocabulary: source text to tokens, generated tokens back to text with offsets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tokenizers import AddedToken, Encoding, Tokenizer
from tokenizers.models import WordPiece

from dti.domain.sequences import Token
from dti.errors import ModelError

PAD, UNKNOWN, START, END, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
_STRUCTURE = (PAD, UNKNOWN, START, END, MASK)

_STRUCTURE_IN_TEXT = re.compile("|".join(map(re.escape, _STRUCTURE)))

_CONTINUES = "##"
_LONGEST_TOKEN = 64  # characters beyond limit times this are not even tokenised: a huge text must cost no more than a long one
_GLUED_BOTH = frozenset("-‐‑–—/\\'’′_+^*~")
_OPENS = frozenset("([{")
_CLOSES = frozenset(")]}.,;:!?%")
_NUMBER = re.compile(r"\d+\Z")
_PROMPT_TOKENS = 9  # of the soft prompt, as in BioGPT's own fine-tuning
SOFT_PROMPT = tuple(f"<p{number}>" for number in range(1, _PROMPT_TOKENS + 1))


@dataclass(frozen=True, slots=True)
class Frame:
    """Tokens of the sequences' own: a target follows `start` and finishes with `end`; `unknown` is "" where none is needed."""

    pad: str
    unknown: str
    start: str
    end: str


# A model that reads source and target as one sequence starts its target with the last token of the prompt.
_FRAMES = (
    Frame(PAD, UNKNOWN, START, END),  # BERT
    Frame("<|endoftext|>", "", "Ċ", "<|im_end|>"),  # ChatML, behind the line break after "assistant"
    Frame("<pad>", "<unk>", SOFT_PROMPT[-1], "</s>"),  # BioGPT with its soft prompt
    Frame("<pad>", "<unk>", "<s>", "</s>"),  # BART
    Frame("<pad>", "<unk>", "<pad>", "</s>"),  # T5
)


class Vocabulary:
    """A trained tokenizer behind the two directions that a model needs.

    What stands around a source, a prompt included, is the tokenizer's own post-processor. In a text, the tokens of a
    model's own structure are ordinary characters, so that no document can end its prompt; markers are read as markers.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.tokenizer = tokenizer
        self.frame = _frame(tokenizer)
        self._word_pieces = isinstance(tokenizer.model, WordPiece)
        if not self._word_pieces:
            tokenizer.encode_special_tokens = True
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
        """Source tokens with what frames them, at most `limit` in all, and whether text was cut."""
        encoding, cut = self.read(text, limit)
        return [self.tokenizer.id_to_token(index) or "" for index in encoding.ids], cut  # an encoding's own have spaces

    def read(self, text: str, limit: int) -> tuple[Encoding, bool]:
        """As `encode`, as the tokenizer's encoding."""
        seen = self._harmless(text[: limit * _LONGEST_TOKEN])
        encoding = self.tokenizer.encode(seen, add_special_tokens=False)
        room = max(limit - self.framing, 0)
        cut = len(encoding) > room
        if cut:
            encoding.truncate(room)
        return self.tokenizer.post_process(encoding), cut or len(seen) < len(text)

    def _harmless(self, text: str) -> str:
        """The text without tokens of the model's own structure, each as long as before: "[sep]" is three ordinary pieces."""
        return _STRUCTURE_IN_TEXT.sub(lambda found: found[0].lower(), text) if self._word_pieces else text

    @property
    def framing(self) -> int:
        """How many tokens stand around a source."""
        return int(self.tokenizer.num_special_tokens_to_add(is_pair=False))

    @property
    def added(self) -> list[int]:
        """Ids of all tokens that are not text."""
        return sorted(map(self.id, self._added))

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
        """Text of generated tokens and where each one stands in it; a space on either side of a marker."""
        text = ""
        located: list[Token] = []
        pieces = self._spelled(tokens) if self._word_pieces else self._decoded(tokens)
        for (space, piece), logprob in zip(pieces, logprobs, strict=False):
            text += " " if space and text else ""
            located.append(Token(len(text), len(text) + len(piece), logprob))
            text += piece
        return text, tuple(located)

    def _decoded(self, tokens: Sequence[str]) -> Iterator[tuple[bool, str]]:
        """Each token's text and whether a space comes before it, as the tokenizer's own decoder has it."""
        for added, group in groupby(tokens, self._added.__contains__):
            run = list(group)
            yield from ((True, token) for token in run) if added else self._run(run)

    def _run(self, tokens: Sequence[str]) -> Iterator[tuple[bool, str]]:
        """A token ends where the text decoded so far and the whole text part: later tokens may change what earlier ones say."""
        decode = self.tokenizer.decoder.decode
        whole = decode(list(tokens)).strip()
        done = 0
        for count in range(1, len(tokens) + 1):
            so_far = decode(list(tokens[:count])).strip() if count < len(tokens) else whole
            end = max(done, _shared(so_far, whole))
            piece = whole[done:end]
            yield bool(piece) and (not done or piece.startswith(" ")), piece.lstrip()
            done = end

    def _spelled(self, tokens: Sequence[str]) -> Iterator[tuple[bool, str]]:
        """The same of WordPiece, which forgets the spaces around punctuation.

        They are guessed so that names read well ("5-ht1a", "nf-kappa b", "1,2-diol"). Letters and digits always come back as
        encoded.
        """
        text = ""
        for before, token in zip([None, *tokens], tokens, strict=False):
            piece = token.removeprefix(_CONTINUES) if token not in self._added else token
            space = before is not None and self._spaced(before, token, text)
            text += f" {piece}" if space else piece
            yield space, piece

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


def _shared(one: str, other: str) -> int:
    """Length of the common beginning."""
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))


def _frame(tokenizer: Tokenizer) -> Frame:
    for frame in _FRAMES:
        if all(tokenizer.token_to_id(token) is not None for token in (frame.pad, frame.start, frame.end)):
            return frame
    raise ModelError("a vocabulary without the tokens that begin, end and pad a sequence in BERT, BART, T5, BioGPT or ChatML")


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
