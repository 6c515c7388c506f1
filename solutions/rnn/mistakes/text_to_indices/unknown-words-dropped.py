"""Unknown words are left out

Bank: T03
Caught by: unknown
Feedback:
"not xylophone good" becomes "not good": the words that remain move together. An unknown word keeps its place,
as <UNK>.
"""

def text_to_indices(text, vocab, max_len=20):
    ids = [vocab[word] for word in text.lower().split() if word in vocab][:max_len]
    return ids + [vocab["<PAD>"]] * (max_len - len(ids))
