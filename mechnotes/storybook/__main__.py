"""Train, sample, evaluate and export storybook models from the command line.

python -m mechnotes.storybook train --seed 0 --out my-model    # about eight minutes on two cores
python -m mechnotes.storybook sample --text "when Mary and John"
python -m mechnotes.storybook evaluate my-model
python -m mechnotes.storybook export                           # stored results to model folders
"""

import argparse
import dataclasses
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mechnotes import rng
from mechnotes.validate import refuse

if TYPE_CHECKING:
    from mechnotes._typing import LanguageModel


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 if all is well, 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except (ValueError, OSError) as error:
        print(f"storybook: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; the same command continues", file=sys.stderr)
        return 130
    return 0


def _train(options: argparse.Namespace) -> None:
    from mechnotes.digests import function_digest
    from mechnotes.runs import Run
    from mechnotes.storybook import folder, training
    from mechnotes.storybook.config import StorybookConfig

    out: Path = options.out
    if out.exists() and any(out.iterdir()):
        refuse(
            "--out", got=f"{out}, which is not empty", expected="a new folder", fix="Choose one."
        )
    config = StorybookConfig(seed=options.seed, steps=options.steps)
    checkpoint = out.with_name(f".{out.name}.safetensors")
    key = f"{function_digest(training.train)} {config}"
    run = Run(checkpoint=checkpoint, key=key, save_seconds=20, progress=True, label="training")
    trained = training.train(config, device=options.device, run=run)
    folder.write(trained.weights, config, out)
    checkpoint.unlink(missing_ok=True)
    print(f"{out}: loss {trained.loss[-100:].mean():.3f} nats per token in the last 100 steps")


def _sample(options: argparse.Namespace) -> None:
    from mechnotes.storybook import sampling

    model = _opened(options.folder)
    generator = rng.generator(options.seed, "sample")
    for _ in range(options.n):
        print(sampling.continuation(model, options.text, words=options.words, generator=generator))


def _evaluate(options: argparse.Namespace) -> None:
    from mechnotes.storybook import evaluation

    model = _opened(options.folder)
    print("KL(true || model) in nats per token")
    for kind, divergence in evaluation.divergences(model).items():
        print(f"  {kind:12} {divergence:.4f}")
    print("accuracy, that of the baseline, logit difference in nats")
    for score in (*evaluation.tasks(model), *evaluation.giving_scores(model)):
        print(
            f"  {score.task:10} {score.part:36} {score.accuracy:.3f}  {score.baseline:.3f}"
            f"  {score.logit_diff:6.2f}"
        )


def _export(options: argparse.Namespace) -> None:
    from mechnotes import experiments
    from mechnotes.storybook import folder, training

    for case, config in training.CASES.items():
        trained = experiments.load(training.train, case)
        out = folder.write(trained.weights, config, options.out / case)
        print(f"wrote {out.name}")


def _opened(folder: Path | None) -> "LanguageModel":
    """A storybook model; by default the package's own."""
    from mechnotes import models
    from mechnotes.storybook import grammar

    model = models.load(folder or "storybook")
    if model.tokenizer.get_vocab().keys() != set(grammar.vocabulary()):
        refuse(
            "folder",
            got=f"{folder} with other words",
            expected="the storybook's vocabulary",
            fix="Retrain it with this version, or open it with mechnotes.models.load.",
        )
    return model


def _parser() -> argparse.ArgumentParser:
    from mechnotes.storybook import folder
    from mechnotes.storybook.config import StorybookConfig

    defaults = {field.name: field.default for field in dataclasses.fields(StorybookConfig)}
    parser = argparse.ArgumentParser(prog="python -m mechnotes.storybook", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train a model; a killed run continues")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--steps", type=int, default=defaults["steps"])
    train.add_argument("--device", default="cpu")
    train.add_argument("--out", type=Path, required=True, help="model folder to write")
    train.set_defaults(command=_train)
    sample = commands.add_parser("sample", help="let a model continue a text")
    sample.add_argument("folder", type=Path, nargs="?", help="by default the package's own model")
    sample.add_argument("--text", default="", help="words between spaces; by default none")
    sample.add_argument("--words", type=int, default=40, help="how many words to add")
    sample.add_argument("-n", type=int, default=3, help="how many texts")
    sample.add_argument("--seed", type=int, default=0)
    sample.set_defaults(command=_sample)
    evaluate = commands.add_parser("evaluate", help="measure a model against the true language")
    evaluate.add_argument("folder", type=Path, nargs="?", help="by default the package's own model")
    evaluate.set_defaults(command=_evaluate)
    export = commands.add_parser("export", help="write the stored results as model folders")
    export.add_argument("--out", type=Path, default=folder.HERE)
    export.set_defaults(command=_export)
    return parser


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    sys.exit(main())
