package io.github.jloss.internal;

/** Reductions over a stretch of an array that no formula can express. The same bits whoever computes them. */
public interface Reductions {

    /** One number after another. */
    Reductions SCALAR = (array, from, n) -> {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + n; i++) {
            max = array[i] > max ? array[i] : max;
        }
        // 0 and -0 are equal: which of them came first must not be seen.
        return max + 0f;
    };

    /**
     * The largest number; NaNs are passed over.
     *
     * @param array the numbers
     * @param from index of the first
     * @param n how many
     * @return the maximum, never -0; minus infinity of none
     */
    float max(float[] array, int from, int n);
}
