"""What others may send, for property tests: any text and any JSON, with the oddities that people and programs make."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

QUICK = settings(max_examples=60, deadline=None, database=None)

_ODD_TEXTS = [
    "",
    " ",
    "None",
    "@everyone",
    "<@80351110224678912>",
    "<@&80351110224678912> <#80351110224678912> <t:1:R> </help:80351110224678912>",
    "**bold** __line__ ~~gone~~ ||hidden|| `code`",
    "```\nblock",
    "\\",
    "[here](https://evil.example)",
    "[a](https://a.example) **b** [c](https://c.example)",
    "# heading",
    "-# small",
    "> quote",
    "1. list",
    "https://bucket.s3.amazonaws.com/a.png?X-Amz-Signature=0123&X-Amz-Expires=3600",
    "\u202eright to left",
    "zero\u200bwidth",
    "nul\x00",
    "line\nline\r\nline",
    "👩\u200d👧",
    "é" * 3000,
    "*" * 3000,
    "x" * 7000,
]

texts = st.one_of(st.sampled_from(_ODD_TEXTS), st.text(max_size=60))
numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, -(10**400), 2**53 + 1, 1e308, -0.0]))
json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=10,
)
