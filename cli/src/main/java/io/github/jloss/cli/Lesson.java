// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Target;

/**
 * What a network is shown in one step.
 *
 * @param images one after the other
 * @param target what a loss compares its outputs with, or null
 */
record Lesson(float[] images, Target target) {}
