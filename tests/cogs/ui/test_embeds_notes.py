"""The small notes: a sentence, an error with its reference, the help."""

from hypothesis import given

from cogs.ui.embeds import RED, error_embed, help_embed, note_embed
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import check_embed


@QUICK
@given(texts.filter(str.strip))
def test_any_sentence_is_an_embed_that_discord_takes(sentence: str) -> None:
    assert len(note_embed(sentence).description or "") <= 4096
    assert len(error_embed(sentence, "0123abcd").description or "") <= 4096


def test_an_error_ends_with_its_reference() -> None:
    embed = error_embed("That did not work.", "0123abcd")

    assert embed.description == "❌ That did not work.\n-# ref `0123abcd`"
    assert embed.colour == RED


def test_help_names_the_commands() -> None:
    embed = help_embed()

    check_embed(embed)
    assert all(
        command in (embed.description or "") for command in ("/generate", "/deployments", "/cancel", "/settings")
    )
