"""What is written into a file beside its picture, film or sound."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Tags:
    """Metadata of one file.

    pairs: what the node itself writes, keyword and JSON text; planted: a text for every place that the format has for
    metadata, also those that no node of ComfyUI uses. Neither is written when empty.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    planted: str = ""

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """All of it, for the formats whose tags have free names."""
        return (*self.pairs, ("comment", self.planted)) if self.planted else self.pairs

    @property
    def xmp(self) -> bytes:
        """An XMP packet with the planted text."""
        return (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:description>{escape(self.planted)}</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
        ).encode()


NO_TAGS = Tags()
