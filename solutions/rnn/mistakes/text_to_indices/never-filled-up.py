"""Short texts are not filled up

Caught by: length
Feedback:
A text of three words gives three ids. Every result has max_len of them, the rest <PAD>.
"""

def text_to_indices(text, vocab, max_len=20):
    return [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split()][:max_len]
