"""What scikit-learn, SciPy and NumPy say of the cases in a file: one JSON list, null for what they call undefined."""

import json
import math
import sys
import warnings

import numpy as np
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.metrics.pairwise import cosine_similarity

BINS = 15


def calibration_error(truth, probabilities, answers):
    """By its definition: scikit-learn has none. The bins are found in double precision, as the probabilities are."""
    confidence = probabilities[np.arange(len(truth)), answers]
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return sum(
        (bins == b).mean() * abs((truth == answers)[bins == b].mean() - confidence[bins == b].mean())
        for b in np.unique(bins)
    )


def top_k(truth, probabilities, classes, k):
    """scikit-learn takes two columns of scores for a mistake; with one more, which is never the truth, it does not."""
    if len(classes) == 2:
        probabilities, classes = np.insert(probabilities, 0, -1, axis=1), np.append(classes, 2)
        truth = truth + 1
    return metrics.top_k_accuracy_score(truth, probabilities, k=k, labels=classes)


def classifier(case):
    truth, answers = np.array(case["truth"]), np.array(case["answers"])
    # The probabilities are single precision; JSON tells them in full.
    probabilities = np.array(case["probabilities"], dtype=np.float32).astype(np.float64)
    classes, first = np.arange(probabilities.shape[1]), truth[0]
    told = {
        "accuracy": metrics.accuracy_score(truth, answers),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, answers),
        "cohen_kappa": metrics.cohen_kappa_score(truth, answers),
        "matthews_corrcoef": metrics.matthews_corrcoef(truth, answers),
        "log_loss": metrics.log_loss(truth, probabilities, labels=classes),
        "brier_score": metrics.brier_score_loss(truth, probabilities, labels=classes, scale_by_half=False),
        "expected_calibration_error": calibration_error(truth, probabilities, answers),
        "top_1_accuracy": top_k(truth, probabilities, classes, 1),
        "top_2_accuracy": top_k(truth, probabilities, classes, 2),
        "top_5_accuracy": top_k(truth, probabilities, classes, 5),
    }
    for average in ["macro", "micro", "weighted"]:
        rates = metrics.precision_recall_fscore_support(truth, answers, average=average, zero_division=0)
        told |= {f"{name}_{average}": rate for name, rate in zip(["precision", "recall", "f1"], rates)}
    rates = metrics.precision_recall_fscore_support(truth, answers, labels=[first], zero_division=math.nan)
    told |= {f"{name}_first": rate[0] for name, rate in zip(["precision", "recall", "f1"], rates)}
    belongs, scores = truth == first, probabilities[:, first]
    told["roc_auc_first"] = metrics.roc_auc_score(belongs, scores)
    told["average_precision_first"] = metrics.average_precision_score(belongs, scores)
    return told


def numbers(case):
    truth, predicted = np.array(case["truth"]), np.array(case["predicted"])
    return {
        "mean_absolute_error": metrics.mean_absolute_error(truth, predicted),
        "root_mean_squared_error": metrics.root_mean_squared_error(truth, predicted),
        "r2": metrics.r2_score(truth, predicted),
        "cosine_similarity": np.diag(cosine_similarity(truth, predicted)).mean(),
    }


def mcnemar(case):
    lost, won = case["lost"], case["won"]
    return {"p_value": binomtest(lost, lost + won, 0.5).pvalue if lost + won else 1.0}


def percentile(case):
    return {"percentile": np.percentile(case["numbers"], case["percent"])}


KINDS = {"classifier": classifier, "numbers": numbers, "mcnemar": mcnemar, "percentile": percentile}

warnings.simplefilter("ignore")
with open(sys.argv[1]) as file:
    cases = json.load(file)
answers = [KINDS[case["kind"]](case) for case in cases]
defined = [{name: None if math.isnan(value) else float(value) for name, value in told.items()} for told in answers]
json.dump(defined, sys.stdout)
