"""What scikit-learn and SciPy make of the cases in a file: one JSON list."""

import json
import sys
import warnings

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, precision_recall_curve
from sklearn.model_selection import PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

BINS = 15


def numbers(case, name):
    """The numbers are single precision; JSON tells them in full."""
    return np.array(case[name], dtype=np.float32).astype(np.float64)


def model(standardize, c):
    """Converged much further than by default, so that what is compared are optima and not ways to them."""
    regression = LogisticRegression(C=c, solver="lbfgs", tol=1e-9, max_iter=100_000)
    return make_pipeline(StandardScaler(with_mean=standardize, with_std=standardize), regression)


def logistic(case):
    features, labels = numbers(case, "features"), np.array(case["labels"])
    fitted = model(case["standardize"], case["c"]).fit(features, labels)
    scaler, regression = fitted[0], fitted[1]
    scale = 1 if scaler.scale_ is None else scaler.scale_
    mean = 0 if scaler.mean_ is None else scaler.mean_
    weights = regression.coef_ / scale
    bias = regression.intercept_ - (weights * mean).sum(axis=1)
    return {"weights": weights.tolist(), "bias": bias.tolist(), "answers": fitted.predict(features).tolist()}


def digits(case):
    features, labels = load_digits(return_X_y=True)
    train = np.arange(len(labels)) % 2 == 0
    fitted = model(case["standardize"], case["c"]).fit(features[train], labels[train])
    return {
        "train": {"features": features[train].tolist(), "labels": labels[train].tolist()},
        "test": {"features": features[~train].tolist(), "labels": labels[~train].tolist()},
        "answers": fitted.predict(features[~train]).tolist(),
    }


def select(case):
    features, labels = numbers(case, "features"), np.array(case["labels"])
    told = []
    for c in case["grid"]:
        accuracies, losses = [], []
        for train, test in PredefinedSplit(case["folds"]).split():
            fitted = model(case["standardize"], c).fit(features[train], labels[train])
            accuracies.append(fitted.score(features[test], labels[test]))
            losses.append(log_loss(labels[test], fitted.predict_proba(features[test]), labels=fitted.classes_))
        told.append({"mean": np.mean(accuracies), "deviation": np.std(accuracies), "log_loss": np.mean(losses)})
    return told


def temperature(case):
    logits, labels = numbers(case, "logits"), np.array(case["labels"])
    rows = np.arange(len(labels))

    def loss(temperature):
        return -log_softmax(logits / temperature, axis=1)[rows, labels].mean()

    def calibration_error(temperature):
        probabilities = np.exp(log_softmax(logits / temperature, axis=1))
        answers = probabilities.argmax(axis=1)
        confidence = probabilities[rows, answers]
        bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
        return sum(
            (bins == b).mean() * abs((labels == answers)[bins == b].mean() - confidence[bins == b].mean())
            for b in np.unique(bins)
        )

    # The lowest loss itself is flat, so that its place is known to about the root of the rounding.
    bounds = (np.log(0.01), np.log(100))
    best = np.exp(minimize_scalar(lambda u: loss(np.exp(u)), bounds=bounds, method="bounded", options={"xatol": 1e-10}).x)
    # The error jumps where a confidence crosses the border of a bin, so it is told for the temperature that was found.
    errors = [calibration_error(1), calibration_error(case["found"])]
    return {"value": best, "losses": [loss(1), loss(best)], "errors": errors}


def thresholds(case):
    scores, labels = numbers(case, "scores"), np.array(case["labels"])
    told = []
    for label in range(scores.shape[1]):
        if not (labels == label).any():
            told.append(None)
            continue
        precision, recall, threshold = precision_recall_curve(labels == label, scores[:, label])
        precision, recall = precision[:-1], recall[:-1]
        if case["of"] == "recall":
            place = np.flatnonzero(recall >= case["target"])[-1]
        else:
            enough = precision >= case["target"]
            place = np.flatnonzero(enough if enough.any() else precision == precision.max())[0]
        told.append([threshold[place], precision[place], recall[place]])
    return told


KINDS = {f.__name__: f for f in [logistic, digits, select, temperature, thresholds]}

warnings.simplefilter("ignore")
with open(sys.argv[1]) as file:
    cases = json.load(file)
json.dump([KINDS[case["kind"]](case) for case in cases], sys.stdout)
