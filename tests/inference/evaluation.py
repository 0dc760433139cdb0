"""What scikit-learn finds in a model's logits: one JSON object by the names of maasm's reports."""

import json
import sys

import numpy as np
from scipy.special import softmax
from sklearn import metrics

BINS = 15

with open(sys.argv[1]) as file:
    given = json.load(file)
truth = np.array(given["truth"])
# The logits are single precision; probabilities are then computed in double, as scikit-learn would be given them.
probabilities = softmax(np.array(given["logits"], dtype=np.float64), axis=1)
probabilities /= probabilities.sum(axis=1, keepdims=True)
answers = probabilities.argmax(axis=1)
classes = np.arange(probabilities.shape[1])
confidence = probabilities.max(axis=1)
bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
right = truth == answers

told = {
    "accuracy": metrics.accuracy_score(truth, answers),
    "top_5_accuracy": metrics.top_k_accuracy_score(truth, probabilities, k=5, labels=classes),
    "balanced_accuracy": metrics.balanced_accuracy_score(truth, answers),
    "cohen_kappa": metrics.cohen_kappa_score(truth, answers),
    "matthews_corrcoef": metrics.matthews_corrcoef(truth, answers),
    "log_loss": metrics.log_loss(truth, probabilities, labels=classes),
    "brier_score": metrics.brier_score_loss(truth, probabilities, labels=classes, scale_by_half=False),
    # By its definition: scikit-learn has none.
    "expected_calibration_error": sum(
        (bins == b).mean() * abs(right[bins == b].mean() - confidence[bins == b].mean()) for b in np.unique(bins)
    ),
    "roc_auc_macro": np.mean([metrics.roc_auc_score(truth == c, probabilities[:, c]) for c in np.unique(truth)]),
    "average_precision_macro": np.mean(
        [metrics.average_precision_score(truth == c, probabilities[:, c]) for c in np.unique(truth)]
    ),
}
for average in ["macro", "micro", "weighted"]:
    rates = metrics.precision_recall_fscore_support(truth, answers, average=average, zero_division=0)
    told |= {f"{name}_{average}": rate for name, rate in zip(["precision", "recall", "f1"], rates)}
json.dump({name: float(value) for name, value in told.items()}, sys.stdout)
