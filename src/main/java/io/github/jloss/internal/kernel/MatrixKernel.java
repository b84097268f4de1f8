// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

/**
 * The inner loops of matrix products, and of what happens to a product before the next one. Every element of a product
 * is one chain of {@link Fma#fma} over the inner dimension, in its order, and lanes are different elements: the bits
 * are the same at every width of vectors, and however the product is cut into panels and pieces of the inner
 * dimension. All other loops work on each element, or along each column, by itself.
 */
public interface MatrixKernel {

    /** Rows of the piece of a product that one call adds to. */
    int ROWS = 6;

    /** Columns come in multiples of this, and a panel may end after any of them. */
    int LANES = 16;

    /**
     * Columns of a panel, and of the piece of a product that one call adds to.
     *
     * @return a constant, {@link #LANES} times a power of two, or half of it
     */
    int columns();

    /**
     * Adds the product of {@link #ROWS} rows of a and a panel of b to c.
     *
     * @param a the left operand
     * @param ao index of its first element
     * @param am from one row of a to the next
     * @param ak from one column of a to the next
     * @param b the right operand, packed: each row of the panel follows the one before, {@link #columns()} wide
     * @param bo index of its first element
     * @param c what is added to
     * @param co index of its first element
     * @param cm from one row of c to the next
     * @param depth columns of a and rows of b
     * @param columns columns of c: {@link #columns()}, or fewer at the end
     */
    void multiply(float[] a, int ao, int am, int ak, float[] b, int bo, float[] c, int co, int cm, int depth,
            int columns);

    /**
     * The scalar product of two rows, in double precision: element i is added to sum i mod 16, and the sums by halves.
     *
     * @param a one row
     * @param ao index of its first element
     * @param b another
     * @param bo index of its first element
     * @param n their length
     * @param lanes 16 doubles to work with
     * @return the sum of the products
     */
    double dot(float[] a, int ao, float[] b, int bo, int n, double[] lanes);

    /**
     * Packs rows for the right side of a product, each multiplied with a number of its own.
     *
     * @param a the rows
     * @param ao index of the first element
     * @param am from one row to the next
     * @param factors one number for each row
     * @param fo index of the first
     * @param count number of rows
     * @param n their length
     * @param out receives the rows, {@link #columns()} apart from its beginning on; may be a
     */
    void pack(float[] a, int ao, int am, float[] factors, int fo, int count, int n, float[] out);

    /**
     * The largest element of each column, or {@code -Float.MAX_VALUE} if none is larger; NaN is not.
     *
     * @param z rows one after another
     * @param zo index of the first element
     * @param factors what each row is multiplied with
     * @param fo index of the first
     * @param count number of rows
     * @param n their length, a multiple of {@link #LANES}
     * @param out receives a number for each column
     * @param oo index of the first
     */
    void maxima(float[] z, int zo, float[] factors, int fo, int count, int n, float[] out, int oo);

    /**
     * How far each element of the rows is below a number that each column has.
     *
     * @param z rows one after another
     * @param zo index of the first element
     * @param factors what each row is multiplied with
     * @param fo index of the first
     * @param count number of rows
     * @param n their length, a multiple of {@link #LANES}
     * @param tops one number for each column
     * @param to index of the first
     * @param out receives the fused {@code top - factor * element}; may be z
     * @param oo index of the first
     */
    void distances(float[] z, int zo, float[] factors, int fo, int count, int n, float[] tops, int to, float[] out,
            int oo);

    /**
     * The sum of each column, a chain from the first row on.
     *
     * @param z rows one after another
     * @param count number of rows
     * @param n their length, a multiple of {@link #LANES}
     * @param out receives a number for each column
     * @param oo index of the first
     */
    void sums(float[] z, int count, int n, float[] out, int oo);

    /**
     * Multiplies each column with a number of its own.
     *
     * @param z rows one after another
     * @param zo index of the first element
     * @param count number of rows
     * @param n their length, a multiple of {@link #LANES}
     * @param factors one number for each column
     */
    void scale(float[] z, int zo, int count, int n, float[] factors);

    /**
     * The second half of {@link #dot}: elements that do not fill all lanes, and the sum of the lanes.
     *
     * @param a one row
     * @param ao index of its first element
     * @param b another
     * @param bo index of its first element
     * @param from the first element that is not in the lanes yet, a multiple of 16
     * @param n the rows' length
     * @param lanes the sums so far; overwritten
     * @return the sum
     */
    static double finishDot(float[] a, int ao, float[] b, int bo, int from, int n, double[] lanes) {
        for (int i = from; i < n; i++) {
            lanes[i % LANES] += (double) a[ao + i] * b[bo + i];
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }
}
