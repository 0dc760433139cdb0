"""Fits scikit-learn's logistic regression: FEATURES (f32, a row each), LABELS (a text with a number a line: class, and
whether it is for testing), C. Prints how many of the samples for testing it is right about."""

import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

features, labels, c = sys.argv[1:]
truth, test = np.loadtxt(labels, dtype=int).T
x = np.fromfile(features, dtype="<f4").reshape(len(truth), -1)
test = test.astype(bool)
head = make_pipeline(StandardScaler(), LogisticRegression(C=float(c), max_iter=10_000, tol=1e-8))
head.fit(x[~test], truth[~test])
print((head.predict(x[test]) == truth[test]).sum())
