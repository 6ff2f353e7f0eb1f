"""Model folders as the libraries write them, small and random; nothing is downloaded."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from mechnotes._models.weights import quiet
from mechnotes._prompts.vocabulary import GPT2
from mechnotes.storybook import folder, training
from mechnotes.storybook.config import StorybookConfig

END = "<|endoftext|>"
N_CTX = 48


def write(kind: str, path: Path) -> Path:
    """Write a model folder of one of four kinds."""
    with quiet():
        if kind == "storybook":
            config = StorybookConfig(steps=4, warmup=1, batch_size=4)
            return folder.write(training.train(config).weights, config, path)
        tokenizer = byte_pairs(bos_first=kind == "llama")
        model = {"gpt2": gpt2, "llama": llama, "neox": neox}[kind](len(tokenizer))
        model.save_pretrained(path)
        tokenizer.save_pretrained(path)
    return path


def gpt2(d_vocab: int) -> PreTrainedModel:
    config = GPT2Config(
        vocab_size=d_vocab, n_positions=N_CTX, n_embd=32, n_layer=2, n_head=4, bos_token_id=0
    )
    return _random(GPT2LMHeadModel(config))


def llama(d_vocab: int) -> PreTrainedModel:
    """Four query heads share two key-value heads; untied, rotary, no biases."""
    config = LlamaConfig(
        vocab_size=d_vocab,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=N_CTX,
        bos_token_id=0,
        eos_token_id=0,
    )
    return _random(LlamaForCausalLM(config))


def neox(d_vocab: int) -> PreTrainedModel:
    """Attention and MLP of a block read the same stream, beside each other."""
    config = GPTNeoXConfig(
        vocab_size=d_vocab,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=N_CTX,
        bos_token_id=0,
        eos_token_id=0,
    )
    return _random(GPTNeoXForCausalLM(config))


def _random(model: PreTrainedModel) -> PreTrainedModel:
    """Larger weights than at the start of training, so that every part matters."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in model.parameters():
            noise = torch.randn(weight.shape, generator=generator)
            weight.copy_(0.2 * noise + (1.0 if weight.dim() == 1 else 0.0))
    return model


def byte_pairs(*, bos_first: bool = False) -> PreTrainedTokenizerFast:
    """A tokenizer of GPT-2's kind that has learnt the words of the prompts for GPT-2."""
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=3000, special_tokens=[END], show_progress=False)
    inner.train_from_iterator([learnt()] * 3, trainer)
    if bos_first:
        inner.post_processor = processors.TemplateProcessing(
            single=f"{END} $A", special_tokens=[(END, 0)]
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token=END, eos_token=END, unk_token=END, model_max_length=N_CTX
    )


def learnt() -> str:
    """All words of the prompts for GPT-2 after a space, and the first of each line without."""
    lines = [*GPT2.giving, *GPT2.feelings, *GPT2.agreement, GPT2.repeat(3)]
    fixed = [word for line in lines for word in line.split() if "{" not in word]
    lists = [GPT2.names, GPT2.repeatable, *GPT2.events.values(), *GPT2.reactions.values()]
    lists += [*GPT2.nouns, *GPT2.verbs, tuple(fixed)]
    said = sorted({word for listed in lists for word in listed} - {","})
    firsts = sorted({line.split()[0] for line in lines})
    return "\n".join([*firsts, ",", *(f"\n {word}" for word in said)])
