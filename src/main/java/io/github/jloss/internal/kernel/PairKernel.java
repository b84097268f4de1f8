// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

/**
 * What distances take of many pairs of rows in one call: a row of a few features is too short for a call of a
 * {@link PointwiseKernel} of its own. The rows lie one after another; numbers of a row that go to each of its elements
 * are {@linkplain #spread spread} over them first, and all elements are then one array. Nothing is fused but sums, so
 * that exchanging x and t changes nothing but signs.
 */
public interface PairKernel {

    /** What arrays for {@link #spread} have to be longer by. */
    int SLACK = PointwiseKernel.LANES;

    /**
     * Takes the sums of {@code (a x - b t + eps)²} of rows.
     *
     * @param x rows
     * @param t others
     * @param n their length, at least 1
     * @param rows their number
     * @param a a number of each row
     * @param b another
     * @param eps added to each difference
     * @param sums receives the sums
     */
    void squares(Row x, Row t, int n, int rows, float[] a, float[] b, float eps, RowSums sums);

    /**
     * Takes the sums of x², t² and xt of rows.
     *
     * @param x rows
     * @param t others
     * @param n their length, at least 1
     * @param rows their number
     * @param xx receives the sums of x²
     * @param tt receives the sums of t²
     * @param xt receives the sums of xt
     */
    void products(Row x, Row t, int n, int rows, RowSums xx, RowSums tt, RowSums xt);

    /**
     * Writes the numbers of some rows, each as often as a row has elements.
     *
     * @param numbers one of each row
     * @param n length of a row, at least 1
     * @param from the first row
     * @param to the row after the last
     * @param out receives the numbers; of the {@link #SLACK} elements behind the last row some are lost
     */
    void spread(float[] numbers, int n, int from, int to, float[] out);

    /**
     * Writes {@code (x - t + eps) a}, and the opposite; where that is 0 it is never -0.
     *
     * @param x rows
     * @param t others
     * @param from the first element
     * @param to the element after the last
     * @param eps added to each difference
     * @param a the factor of each element
     * @param out1 receives the products; no part of the inputs
     * @param out2 receives the opposites; no part of the inputs
     */
    void differences(Row x, Row t, int from, int to, float eps, float[] a, Row out1, Row out2);

    /**
     * Writes {@code a x - b t} and {@code c t - b x}; where that is 0 it is never -0.
     *
     * @param x rows
     * @param t others
     * @param from the first element
     * @param to the element after the last
     * @param a the factor of each element of x
     * @param b the factor of each element of the other
     * @param c the factor of each element of t
     * @param out1 receives the first combination; no part of the inputs
     * @param out2 receives the second; no part of the inputs
     */
    void combinations(Row x, Row t, int from, int to, float[] a, float[] b, float[] c, Row out1, Row out2);

    /**
     * Adds elements.
     *
     * @param x rows
     * @param from the first element
     * @param to the element after the last
     * @param out rows that they are added to
     */
    void add(Row x, int from, int to, Row out);
}
