"""Weights of a fused kernel each, two layers written out, and dropout by a mask of one's own"""
import torch
from torch import nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.hidden_dim = hidden_dim
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.kernels = nn.ParameterDict()
        for layer, width in enumerate((embedding_dim, 2 * hidden_dim)):
            for way in ("fw", "bw"):
                name = f"{way}{layer}"
                self.kernels[name] = nn.Parameter(torch.randn(width + hidden_dim, 4 * hidden_dim) * 0.1)
                self.kernels[name + "_bias"] = nn.Parameter(torch.zeros(4 * hidden_dim))
        self.head_w = nn.Parameter(torch.randn(2 * hidden_dim, output_dim) * 0.1)
        self.head_b = nn.Parameter(torch.zeros(output_dim))

    def drop(self, x):
        if not self.training:
            return x
        keep = (torch.rand_like(x) > 0.3).to(x.dtype)
        return x * keep / 0.7

    def scan(self, name, steps):
        h = c = steps[0].new_zeros(steps[0].shape[0], self.hidden_dim)
        out = []
        for x in steps:
            i, f, g, o = torch.split(
                torch.cat([x, h], -1) @ self.kernels[name] + self.kernels[name + "_bias"], self.hidden_dim, -1
            )
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            out.append(h)
        return out

    def forward(self, x):
        steps = list(self.embedding(x).transpose(0, 1))
        for layer in range(2):
            fw = self.scan(f"fw{layer}", steps)
            bw = self.scan(f"bw{layer}", steps[::-1])
            steps = [self.drop(torch.cat(pair, -1)) for pair in zip(fw, reversed(bw))]
        return self.drop(torch.cat([fw[-1], bw[-1]], -1)) @ self.head_w + self.head_b
