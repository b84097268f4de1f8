// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado.kernels;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What the kernels of overlap losses are told: how the input is read, as (images, classes, pixels), and how regions are
 * overlaid.
 */
public final class OverlapArguments {

    /** Number of images. */
    public static final int IMAGES = Arguments.FIRST;
    /** Number of classes. */
    public static final int CLASSES = IMAGES + 1;
    /** Number of pixels of an image. */
    public static final int PIXELS = IMAGES + 2;
    /** 1 if every image has regions of its own. */
    public static final int PER_IMAGE = IMAGES + 3;
    /** 1 if the input is logits, for a sigmoid. */
    public static final int LOGITS = IMAGES + 4;
    /** 1 if the overlap is the product of activation and target. */
    public static final int PRODUCT = IMAGES + 5;
    /** 1 if the target is labels, one for each pixel. */
    public static final int ONE_HOT = IMAGES + 6;
    /** The label of class 0. */
    public static final int FIRST_LABEL = IMAGES + 7;
    /** 1 if the target {@link #IGNORED} is ignored. */
    public static final int IGNORES = IMAGES + 8;
    /** Where the input is, or the probabilities after a softmax. */
    public static final int INPUT = IMAGES + 9;
    /** Where the target is. */
    public static final int TARGET = IMAGES + 10;
    /** 1 if the input is the probabilities after a softmax. */
    public static final int SOFTMAX = IMAGES + 11;
    /** Where the weights are, or -1; an element of weight 0 adds nothing, whatever it holds. */
    public static final int WEIGHTS = IMAGES + 12;
    /** 1 if they are broadcast to the pixels, and not to the elements of the input. */
    public static final int PIXEL_WEIGHTS = IMAGES + 13;
    /** How they are broadcast, see {@link Strides}. */
    public static final int WEIGHTS_STRIDES = IMAGES + 14;
    /** The first int that is one kernel's own. */
    public static final int OWN = WEIGHTS_STRIDES + Strides.SIZE;

    /** Where the gradient goes. */
    public static final int GRADIENT = OWN;
    /** 1 if it is added to what is there. */
    public static final int ADD = OWN + 1;
    /** Where the slopes are, two for each region, or -1 if they are options. */
    public static final int SLOPES = OWN + 2;

    /** 1 if a class's gradient is 0 where its target is to be ignored; with weights it is its slope that is 0. */
    public static final int IGNORES_GRADIENT = OWN + 3;

    /** The option that is the target to ignore. */
    public static final int IGNORED = 0;
    /** The first option that is a slope. */
    public static final int FIRST_SLOPE = 1;
    /** The most regions whose slopes are options, which spares a transfer. */
    public static final int FEW = (Arguments.OPTIONS - FIRST_SLOPE - 1) / 2;
    /** The option that is a factor of all slopes. */
    public static final int SLOPE_SCALE = Arguments.OPTIONS - 1;

    private OverlapArguments() {}

    /** The weight of an element, which belongs to a pixel. */
    static float weight(FloatArray memory, IntArray at, int element, int pixel) {
        int weights = at.get(WEIGHTS);
        int i = at.get(PIXEL_WEIGHTS) != 0 ? pixel : element;
        return weights < 0 ? 1f : memory.get(weights + Strides.index(at, WEIGHTS_STRIDES, i));
    }

    /** One of the slopes. */
    static float slope(FloatArray memory, IntArray at, FloatArray options, int index) {
        int slopes = at.get(SLOPES);
        return slopes < 0 ? options.get(FIRST_SLOPE + index) : memory.get(slopes + index);
    }
}
