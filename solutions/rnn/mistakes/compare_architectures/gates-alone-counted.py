"""Only the gates are multiplied, the candidate's weights are left out

Caught by: parameters
Feedback:
An LSTM has three gates and a candidate, each with weights of its own: four blocks. A GRU has two gates and a
candidate: three blocks.
"""

def compare_architectures(input_size, hidden_size):
    block = hidden_size * (input_size + hidden_size) + hidden_size
    return {
        "VanillaRNN": {"parameters": block, "gates": 0, "complexity": "O(H*(I+H))"},
        "LSTM": {"parameters": 3 * block, "gates": 3, "complexity": "3*O(H*(I+H))"},
        "GRU": {"parameters": 2 * block, "gates": 2, "complexity": "2*O(H*(I+H))"},
    }
