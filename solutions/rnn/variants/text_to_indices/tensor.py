"""Fills a tensor"""

import torch
import torch.nn.functional as F


def text_to_indices(text, vocab, max_len=20):
    ids = torch.tensor([vocab.get(w, vocab["<UNK>"]) for w in text.lower().split()[:max_len]], dtype=torch.long)
    return F.pad(ids, (0, max_len - len(ids)), value=vocab["<PAD>"])
