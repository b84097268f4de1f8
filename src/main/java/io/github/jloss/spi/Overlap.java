// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

/**
 * How predicted and true regions are overlaid: what the overlap engine needs to know besides the tensors.
 *
 * <p>The input is read as (images, classes, pixels), row-major. A target tensor has the same elements; target labels
 * have one for each pixel of each image, and class c is where the label is {@code firstLabel + c}. With o the
 * activation of the input and T the target, the engine gives for every class, or for every class of every image,
 * three sums over pixels: of the overlap ({@code o T}, or {@code min(o, T)}), of what o has more than the overlap, and
 * of what T has more.
 *
 * @param activation how the input becomes o
 * @param product whether the overlap of a pixel is {@code o T}; else it is {@code min(o, T)}. Where T is 0 or 1, as
 *        labels say, the two are the same
 * @param perImage whether every image has sums of its own
 * @param images number of images
 * @param classes number of classes
 * @param pixels number of pixels of an image
 * @param firstLabel the label of class 0
 * @param ignored pixels with this target count neither in o nor in T; NaN for none
 */
public record Overlap(Activation activation, boolean product, boolean perImage, long images, int classes, long pixels,
        int firstLabel, float ignored) {

    /** How logits become probabilities. */
    public enum Activation {
        /** They are probabilities already. */
        NONE,
        /** Each by itself. */
        SIGMOID,
        /** Over the classes of a pixel. */
        SOFTMAX
    }

    /**
     * How many triples of sums there are: class by class, image by image if the images are apart.
     *
     * @return the number of regions
     */
    public int regions() {
        return Math.toIntExact(Math.multiplyExact(perImage ? images : 1, classes));
    }

    /**
     * Where an element is in the input.
     *
     * @param c its class
     * @param pixel its pixel, counted through all images
     * @return its index
     */
    public long element(int c, long pixel) {
        return (pixel / pixels * classes + c) * pixels + pixel % pixels;
    }

    /**
     * Whether there is nothing to overlay.
     *
     * @return true if there are no images, or no pixels
     */
    public boolean isEmpty() {
        return images == 0 || pixels == 0;
    }
}
