// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.Criterion;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * A loss that is measured.
 *
 * @param name what the reports call it
 * @param shapes where it is measured unless asked otherwise
 * @param small a shape for calls that only warm up or pollute
 * @param criterion the loss at a shape
 * @param data what it is measured on
 * @param floats how many the inputs of a shape have together
 */
record Subject(String name, List<Shape> shapes, Shape small, Function<Shape, Criterion> criterion,
        Function<Shape, Data> data, ToLongFunction<Shape> floats) {

    /** One whose options have nothing to do with the shape, which is that of its input. */
    static Subject of(String name, Criterion criterion, Function<Shape, Data> data, String small, String... shapes) {
        return new Subject(name, Stream.of(shapes).map(Shape::of).toList(), Shape.of(small), s -> criterion,
                data, Shape::size);
    }

    /**
     * Floats that value and gradient read and write at the least: each input and target once, each gradient once.
     * Labels and targets of one number per row are left out, 3 % where rows are shortest.
     */
    long moved(Shape shape) {
        Data example = data.apply(small);
        boolean alike = example.target() != null
                && example.target().data().length == example.inputs().getFirst().data().length;
        return (alike ? 3 : 2) * floats.applyAsLong(shape);
    }

    /** Operations of the three matrix products of value and gradient, where those are most of the work, or 0. */
    long flops(Shape shape) {
        return shape.rank() == 3 ? 3 * 2 * shape.size() : 0;
    }

    /** Whether a shape has the dimensions this loss needs. */
    boolean fits(Shape shape) {
        return shape.rank() == small.rank();
    }
}
