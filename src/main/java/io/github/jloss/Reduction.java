// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

/** How the losses of single elements become one number. Each loss documents what {@link #MEAN} divides by. */
public enum Reduction {
    /** No reduction: one loss per element. */
    NONE,
    /** The sum of all losses; 0 for an empty batch. */
    SUM,
    /** The sum of all losses divided by a count that the loss documents; NaN (0/0) for an empty batch. */
    MEAN
}
