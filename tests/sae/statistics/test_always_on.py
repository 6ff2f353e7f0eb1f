"""Why is a latent always on? Built latents with one cause each, and the storybook's own."""

import pytest
import torch

from mechnotes import rng
from mechnotes.sae import extract
from mechnotes.sae.latents import Latents
from mechnotes.sae.meaning import statements
from mechnotes.sae.statistics import always_on

KINDS = ["happy"] * 6 + ["angry"] * 6


def built() -> Latents:
    """Twelve texts of 9 tokens; 0 fires at the mark, 1 at position 3, 2 on token 5, 3 at random,
    4 in happy texts only, 5 a little at the mark and much on token 5."""
    generator = rng.generator(0, "always on")
    tokens = torch.randint(6, 30, (12, 9), generator=generator)
    tokens[:, 0] = 0
    for row in tokens:
        row[int(torch.randint(1, 9, (), generator=generator))] = 5
    dense = torch.zeros(12, 9, 6)
    dense[:, 0, 0] = 40.0
    dense[:, 3, 1] = 2.0
    dense[..., 2] = 1.5 * (tokens == 5)
    dense[..., 3] = torch.rand(12, 9, generator=generator)
    dense[:6, 4, 4] = 1.0
    dense[..., 5] = 3.0 * (tokens == 5)
    dense[:, 0, 5] = 1.0
    text, position, index = dense.nonzero(as_tuple=True)
    rows = tokens.tolist()
    return Latents(
        words=tuple(tuple(f"w{token}" for token in row) for row in rows),
        tokens=tuple(tuple(row) for row in rows),
        d_sae=6,
        bos=True,
        text=text,
        position=position,
        index=index,
        value=dense[text, position, index],
    )


def test_each_cause_is_told_from_the_others():
    causes = {one.latent: one.cause for one in always_on.diagnose(built(), KINDS)}
    expected = {0: "beginning", 1: "position", 2: "content", 3: "neither", 5: "content"}
    assert causes == expected


def test_latents_come_with_their_means_the_largest_first():
    found = always_on.diagnose(built(), KINDS)
    dense = built().dense()
    assert [one.mean for one in found] == sorted((one.mean for one in found), reverse=True)
    for one in found:
        assert one.mean == pytest.approx(dense[..., one.latent].mean().item(), rel=1e-5)
    assert found[0].latent == 0 and found[0].at_beginning == 1.0
    assert always_on.diagnose(built(), KINDS, n=2) == found[:2]


def test_what_position_or_content_foretells_is_what_a_loop_over_texts_finds():
    latents = built()
    dense = latents.dense()[:, 1:, 3].double()
    tokens = torch.tensor(latents.tokens)[:, 1:]
    for keys, name in ((tokens, "by_content"), (torch.arange(8).expand(12, 8), "by_position")):
        error = 0.0
        for text in range(12):
            others = [other for other in range(12) if other != text]
            for place in range(8):
                same = dense[others][keys[others] == keys[text, place]]
                guess = same.mean() if len(same) else dense[others].mean()
                error += (dense[text, place] - guess) ** 2
        expected = 1 - error / (dense - dense.mean()).square().sum()
        (one,) = (one for one in always_on.diagnose(latents, KINDS) if one.latent == 3)
        assert getattr(one, name) == pytest.approx(expected.item(), abs=1e-6)


def test_a_latent_of_one_kind_of_text_is_not_always_on_but_may_be_in_half_of_them():
    assert 4 not in {one.latent for one in always_on.diagnose(built(), KINDS)}
    alone = always_on.diagnose(built(), ["all"] * 12, share=0.5)
    assert 4 in {one.latent for one in alone}


def test_what_fires_at_the_mark_is_always_on_and_only_there_if_all_of_it_is(model, small_sae):
    texts, kinds = statements.groups(7)
    latents = extract(model, small_sae, texts)
    found = {one.latent: one for one in always_on.diagnose(latents, kinds, n=96)}
    at_mark = set(latents.index[(latents.position == 0) & (latents.text == 0)].tolist())
    assert at_mark <= set(found)
    for latent, one in found.items():
        mine = latents.index == latent
        share = latents.value[mine & (latents.position == 0)].sum() / latents.value[mine].sum()
        assert one.at_beginning == pytest.approx(share.item(), abs=1e-5)
        assert (one.cause == "beginning") == (share >= 0.5)


def test_the_evidence_reads_as_a_line():
    line = str(always_on.diagnose(built(), KINDS)[0])
    assert line.startswith("latent 0: mean 4.44, 100% at the beginning, foretold by position")
    assert line.endswith("beginning")
