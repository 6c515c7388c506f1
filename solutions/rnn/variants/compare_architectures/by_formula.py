"""Counts by formula, with one bias as in the handout's own modules"""

def compare_architectures(input_size, hidden_size):
    block = hidden_size * (input_size + hidden_size) + hidden_size
    rows = [("VanillaRNN", 1, 0), ("LSTM", 4, 3), ("GRU", 3, 2)]
    return {
        name: {"parameters": blocks * block, "gates": gates, "complexity": f"O({blocks}*H*(I+H)) per step"}
        for name, blocks, gates in rows
    }
