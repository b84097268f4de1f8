// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The options of {@link RegionLoss}es. The arrays are nobody else's.
 *
 * @param alpha weight of false positives
 * @param beta weight of false negatives
 * @param gamma exponent
 * @param gammaPerClass whether it is the exponent of each region, or of their mean
 * @param eps least denominator
 * @param logLoss whether a region costs the logarithm of its score
 * @param classes those that count, or null for all
 * @param classWeights one for each class, or null for 1
 */
record RegionOptions(double alpha, double beta, double gamma, boolean gammaPerClass, double eps, boolean logLoss,
        int[] classes, double[] classWeights) implements Serializable {

    RegionOptions(double alpha, double beta) {
        this(alpha, beta, 1, false, 1e-7, false, null, null);
    }

    RegionOptions withAlpha(double a) {
        Checks.notNegative("alpha", a);
        return new RegionOptions(a, beta, gamma, gammaPerClass, eps, logLoss, classes, classWeights);
    }

    RegionOptions withBeta(double b) {
        Checks.notNegative("beta", b);
        return new RegionOptions(alpha, b, gamma, gammaPerClass, eps, logLoss, classes, classWeights);
    }

    RegionOptions withGamma(double g) {
        Checks.positive("gamma", g);
        return new RegionOptions(alpha, beta, g, gammaPerClass, eps, logLoss, classes, classWeights);
    }

    RegionOptions withGammaPerClass(boolean apart) {
        return new RegionOptions(alpha, beta, gamma, apart, eps, logLoss, classes, classWeights);
    }

    RegionOptions withEps(double least) {
        Checks.positive("eps", least);
        return new RegionOptions(alpha, beta, gamma, gammaPerClass, least, logLoss, classes, classWeights);
    }

    RegionOptions withLogLoss(boolean logarithm) {
        return new RegionOptions(alpha, beta, gamma, gammaPerClass, eps, logarithm, classes, classWeights);
    }

    RegionOptions withClasses(int... selected) {
        if (selected.length == 0) {
            throw new IllegalArgumentException("classes: found none, expected at least one");
        }
        for (int c : selected) {
            Checks.require(c >= 0, "classes", c, "numbers of at least 0");
        }
        return new RegionOptions(alpha, beta, gamma, gammaPerClass, eps, logLoss, selected.clone(), classWeights);
    }

    RegionOptions withClassWeights(double... weights) {
        double sum = 0;
        for (double w : weights) {
            sum += Checks.notNegative("classWeights", w);
        }
        Checks.finite("sum of classWeights", sum);
        return new RegionOptions(alpha, beta, gamma, gammaPerClass, eps, logLoss, classes, weights.clone());
    }

    /** Refuses a number of classes that does not go with those that are named. */
    void requireClasses(int found) {
        if (classWeights != null && classWeights.length != found) {
            throw new IllegalArgumentException("input: found " + found + " classes on axis 1, expected "
                    + classWeights.length + " as classWeights has");
        }
        for (int i = 0; classes != null && i < classes.length; i++) {
            if (classes[i] >= found) {
                throw new IllegalArgumentException("input: found " + found + " classes on axis 1, expected more than "
                        + classes[i] + ", which is one of " + Arrays.toString(classes));
            }
        }
    }

    /** The weight of a class: as many times as it is named. */
    double weight(int c) {
        double weight = classWeights == null ? 1 : classWeights[c];
        if (classes == null) {
            return weight;
        }
        int times = 0;
        for (int selected : classes) {
            times += selected == c ? 1 : 0;
        }
        return times * weight;
    }

    /** The weight of all classes together. */
    double weightOfAll(int count) {
        if (classes == null && classWeights == null) {
            return count;
        }
        double sum = 0;
        for (int i = 0; i < (classes == null ? count : classes.length); i++) {
            sum += classWeights == null ? 1 : classWeights[classes == null ? i : classes[i]];
        }
        return sum;
    }

    @Override
    public String toString() {
        return "logLoss=" + logLoss + ", eps=" + eps + ", alpha=" + alpha + ", beta=" + beta + ", gamma=" + gamma
                + ", gammaPerClass=" + gammaPerClass + ", classes=" + Arrays.toString(classes) + ", classWeights="
                + Arrays.toString(classWeights);
    }
}
