"""split(" ") is used for split()

Caught by: unknown
Feedback:
Two spaces in a row make an empty word, which becomes <UNK>; tabs and line ends stay in the words. split()
without an argument takes any run of white space.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(word, vocab["<UNK>"]) for word in text.lower().split(" ")][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
