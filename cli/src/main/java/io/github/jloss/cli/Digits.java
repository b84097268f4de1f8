// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * Handwritten digits, 8 by 8 pixels from 0 to 1, and what they are. The README beside the data tells its source.
 *
 * @param pixels one row of {@value #PIXELS} for each digit
 * @param labels the digits, 0 to 9
 */
record Digits(float[] pixels, int[] labels) {

    static final int PIXELS = 64;
    static final int CLASSES = 10;

    /** Every fifth digit is held out: never trained on, only recognised. */
    private static final int HELD_OUT = 5;

    private static final Digits TRAIN = of(rows(false));
    private static final Digits REST = of(rows(true));

    static Digits forTraining() {
        return TRAIN;
    }

    static Digits heldOut() {
        return REST;
    }

    int size() {
        return labels.length;
    }

    /** The pixels of some of them. */
    float[] images(int... rows) {
        float[] images = new float[rows.length * PIXELS];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(pixels, rows[i] * PIXELS, images, i * PIXELS, PIXELS);
        }
        return images;
    }

    private static List<String> rows(boolean heldOut) {
        List<String> all;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Digits.class.getResourceAsStream("digits.csv.gz")), StandardCharsets.US_ASCII))) {
            all = reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return IntStream.range(0, all.size())
                .filter(i -> i % HELD_OUT == HELD_OUT - 1 == heldOut).mapToObj(all::get).toList();
    }

    private static Digits of(List<String> rows) {
        float[] pixels = new float[rows.size() * PIXELS];
        int[] labels = new int[rows.size()];
        for (int row = 0; row < labels.length; row++) {
            String[] cells = rows.get(row).split(",");
            for (int i = 0; i < PIXELS; i++) {
                pixels[row * PIXELS + i] = Integer.parseInt(cells[i]) / 16f;
            }
            labels[row] = Integer.parseInt(cells[PIXELS]);
        }
        return new Digits(pixels, labels);
    }
}
