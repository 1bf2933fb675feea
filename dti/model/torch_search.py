"""Beam search on torch, for models that the serving engine cannot run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from dti.domain.sequences import Generation, Hypothesis
from dti.model.backbones._fused import FusedModel
from dti.model.vocabulary import END, Vocabulary


@dataclass(frozen=True, slots=True)
class _Path:
    """Generated ids after the start token, each with its log-probability."""

    ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()

    def score(self, length_penalty: float) -> float:
        """Sum of log-probabilities over length to the power of the penalty, as CTranslate2 ranks."""
        return sum(self.logprobs) / float(max(len(self.ids), 1) ** length_penalty)


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchSearch:
    """The `width` best sequences of each source; a width of 1 is greedy."""

    model: FusedModel
    vocabulary: Vocabulary
    source_tokens: int
    width: int = 1
    length_penalty: float = 1.0
    most_tokens: int = 128

    def generate(self, sources: Sequence[str]) -> list[Generation]:
        """One generation per source, in order."""
        self.model.eval()
        with torch.inference_mode():
            return [self._one(source) for source in sources]

    def _one(self, text: str) -> Generation:
        tokens, truncated = self.vocabulary.encode(text, self.source_tokens)
        ids = torch.tensor([[self.vocabulary.id(token) for token in tokens]], device=self.model.embedding.weight.device)
        bert = self.model.reader([text])
        source = self.model.encode(ids, torch.ones_like(ids), bert)
        live, done = [_Path()], list[_Path]()
        while live and len(done) < self.width and len(live[0].ids) < self.most_tokens:
            prefixes = torch.tensor([[self.model.shape.start, *path.ids] for path in live], device=ids.device)
            logits = self.model.decode(prefixes, source.repeat(len(live)), bert.repeat(len(live)))
            live = self._grow(live, logits[:, -1].log_softmax(dim=-1), done)
        best = sorted(done or live, key=lambda path: -path.score(self.length_penalty))[: self.width]
        return Generation(tuple(self._hypothesis(path) for path in best), truncated)

    def _grow(self, live: Sequence[_Path], logprobs: torch.Tensor, done: list[_Path]) -> list[_Path]:
        """The `width` best paths that go on; those that end are added to `done`."""
        before = torch.tensor([sum(path.logprobs) for path in live], device=logprobs.device)
        totals = (before.unsqueeze(1) + logprobs).flatten()
        grown: list[_Path] = []
        for index in totals.topk(min(2 * self.width, len(totals))).indices.tolist():
            row, token = divmod(index, logprobs.shape[1])
            path = _Path((*live[row].ids, token), (*live[row].logprobs, float(logprobs[row, token])))
            (done if token == self.model.shape.end else grown).append(path)
            if len(grown) == self.width or len(done) >= self.width:
                break
        return grown

    def _hypothesis(self, path: _Path) -> Hypothesis:
        tokens = [self.vocabulary.tokenizer.id_to_token(index) or "" for index in path.ids]
        kept = [(token, logprob) for token, logprob in zip(tokens, path.logprobs, strict=True) if token != END]
        text, located = self.vocabulary.join([token for token, _ in kept], [logprob for _, logprob in kept])
        return Hypothesis(text, located)
