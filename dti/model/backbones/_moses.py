"""BPE over words as the Moses tokenizer splits them, in rules of the `tokenizers` library.

Follows MosesTokenizer for English with aggressive hyphens and escapes, as BioGPT was pretrained; left out are its list of
abbreviations that keep their full stop and its rarer rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

_WORD_END = "</w>"
_HYPHEN = "@-@"
_ESCAPES = (
    *(("&", "&amp;"), ("|", "&#124;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&apos;"), ('"', "&quot;")),
    *(("[", "&#91;"), ("]", "&#93;")),
)
# One alternative each: escapes with what they hold together, hyphens between words, other symbols, commas outside
# numbers, the full stop that ends a sentence.
_APART = "|".join(
    (
        r"(?<=\p{L})&apos;\p{L}+",
        r"&(?:amp|lt|gt|apos|quot|#\d+);",
        _HYPHEN,
        r"[^\p{L}\p{N}\s.`,\-]",
        r",(?!\p{N})|(?<!\p{N}),",
        r"(?<=[^\s.])(?<!\.\p{L})(?<!\s\p{Lu})\.(?=\s*\z|\s+[^\s\p{Ll}])",
    )
)


def moses_bpe(vocabulary: Mapping[str, int], merges: Sequence[tuple[str, str]]) -> Tokenizer:
    """A tokenizer without structure; every piece of `merges` must be in `vocabulary`."""
    bpe = models.BPE(dict(vocabulary), list(merges), unk_token="<unk>", end_of_word_suffix=_WORD_END)  # noqa: S106 - a piece
    tokenizer = Tokenizer(bpe)
    # Moses splits only between letters and digits; the other hyphens stay in their word.
    hyphens = normalizers.Replace(Regex(r"(?<=[\p{L}\p{N}])-(?=[\p{L}\p{N}])"), f" {_HYPHEN} ")
    tokenizer.normalizer = normalizers.Sequence([*(normalizers.Replace(*pair) for pair in _ESCAPES), hyphens])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(_APART), "isolated"), pre_tokenizers.WhitespaceSplit()]
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.BPEDecoder(suffix=_WORD_END),
            decoders.Fuse(),
            decoders.Replace(Regex(rf"\s*{_HYPHEN}\s*"), "-"),
            *(decoders.Replace(escape, character) for character, escape in reversed(_ESCAPES)),
            decoders.Replace(Regex(r"\s+(?=[,.;:!?%)\]}]|'\p{L})"), ""),
            decoders.Replace(Regex(r"(?<=[(\[{])\s+"), ""),
        ]
    )
    return tokenizer
