// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Batch;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.util.Random;

/**
 * Which pixels of a noisy digit are ink: a logit for each. The digits are drawn at twice their size, and only the
 * middle of a stroke counts, so that ink is rare (18 % of the pixels); the noise is as strong as the ink.
 */
final class Segmentation implements Task {

    private static final int OLD_SIDE = 8;
    private static final int SIDE = 16;
    private static final int PIXELS = SIDE * SIDE;
    private static final float INK = 0.7f;
    private static final float NOISE = 1;

    /** The noise of the digits held out, which is to be the same in every run. */
    private static final long NOISE_SEED = 1;

    private static final String SHADES = " .:*#";

    private final float[] train = enlarged(Digits.forTraining());
    private final float[] heldOut = enlarged(Digits.heldOut());
    private final float[] heldOutNoisy = heldOut.clone();

    Segmentation() {
        addNoise(heldOutNoisy, new Random(NOISE_SEED));
    }

    @Override
    public int pixels() {
        return PIXELS;
    }

    @Override
    public int outputs() {
        return PIXELS;
    }

    @Override
    public Lesson lesson(int[] digits, Random random) {
        float[] images = new float[digits.length * PIXELS];
        float[] ink = new float[images.length];
        for (int row = 0; row < digits.length; row++) {
            System.arraycopy(train, digits[row] * PIXELS, images, row * PIXELS, PIXELS);
        }
        for (int i = 0; i < ink.length; i++) {
            ink[i] = images[i] >= INK ? 1 : 0;
        }
        addNoise(images, random);
        return new Lesson(images, Tensor.of(ink, shape(digits.length)));
    }

    private static void addNoise(float[] images, Random random) {
        for (int i = 0; i < images.length; i++) {
            images[i] += NOISE * (float) random.nextGaussian();
        }
    }

    /** One channel of pixels, the shape of masks. */
    private static long[] shape(long images) {
        return new long[] {images, 1, SIDE, SIDE};
    }

    @Override
    public Batch batch(Tensor outputs, Target target, Tensor gradient) {
        long[] shape = shape(outputs.dim(0));
        return Batch.of(outputs.reshape(shape), target, gradient.reshape(shape));
    }

    /** Intersection over union of the pixels called ink and those that are, the mean over the digits. */
    @Override
    public Score score(Mlp network) {
        float[] logits = network.outputs(heldOutNoisy);
        double sum = 0;
        int digits = heldOut.length / PIXELS;
        for (int digit = 0; digit < digits; digit++) {
            int both = 0;
            int either = 0;
            for (int i = digit * PIXELS; i < (digit + 1) * PIXELS; i++) {
                boolean called = logits[i] > 0;
                boolean ink = heldOut[i] >= INK;
                if (called && ink) both++;
                if (called || ink) either++;
            }
            sum += either == 0 ? 1 : (double) both / either;
        }
        return new Score("IoU", sum / digits, "mean over " + digits + " digits it never trained on", digits);
    }

    /** A digit held out: noisy, its ink, and what the network calls ink. */
    @Override
    public String picture(Mlp network) {
        float[] logits = network.outputs(heldOutNoisy);
        StringBuilder text = new StringBuilder(String.format("%-20s%-20s%s%n", "it saw", "the ink", "it found"));
        for (int row = 0; row < SIDE; row++) {
            StringBuilder line = new StringBuilder();
            for (int i = row * SIDE; i < (row + 1) * SIDE; i++) {
                line.append(SHADES.charAt(Math.clamp((int) (heldOutNoisy[i] * SHADES.length()), 0, 4)));
            }
            line.append("    ");
            for (int i = row * SIDE; i < (row + 1) * SIDE; i++) {
                line.append(heldOut[i] >= INK ? '#' : '.');
            }
            line.append("    ");
            for (int i = row * SIDE; i < (row + 1) * SIDE; i++) {
                line.append(logits[i] > 0 ? '#' : '.');
            }
            text.append(line).append(System.lineSeparator());
        }
        return text.toString();
    }

    private static float[] enlarged(Digits digits) {
        float[] large = new float[digits.size() * PIXELS];
        for (int i = 0; i < large.length; i++) {
            int pixel = i % PIXELS;
            large[i] = between(digits.pixels(), i / PIXELS * Digits.PIXELS,
                    old(pixel / SIDE), old(pixel % SIDE));
        }
        return large;
    }

    /** Where the middle of a pixel lies among the middles of the old ones. */
    private static float old(int pixel) {
        return Math.clamp((pixel + 0.5f) * OLD_SIDE / SIDE - 0.5f, 0, OLD_SIDE - 1);
    }

    /** Bilinear interpolation. */
    private static float between(float[] pixels, int start, float row, float column) {
        int top = Math.min((int) row, OLD_SIDE - 2);
        int left = Math.min((int) column, OLD_SIDE - 2);
        float down = row - top;
        float right = column - left;
        int i = start + top * OLD_SIDE + left;
        return (1 - down) * ((1 - right) * pixels[i] + right * pixels[i + 1])
                + down * ((1 - right) * pixels[i + OLD_SIDE] + right * pixels[i + OLD_SIDE + 1]);
    }
}
