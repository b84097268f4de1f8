package io.github.jloss.jmh;

import io.github.jloss.Criterion;
import java.util.List;
import java.util.function.Function;

/**
 * A loss that is measured.
 *
 * @param name what the reports call it
 * @param shapes where it is measured unless asked otherwise
 * @param small a shape for calls that only warm up or pollute
 * @param criterion the loss at a shape
 * @param data what it is measured on
 */
record Subject(String name, List<Shape> shapes, Shape small, Function<Shape, Criterion> criterion,
        Function<Shape, Data> data) {

    /** One whose options have nothing to do with the shape. */
    static Subject of(String name, Criterion criterion, Function<Shape, Data> data, String small, String... shapes) {
        return new Subject(name, List.of(shapes).stream().map(Shape::of).toList(), Shape.of(small), s -> criterion,
                data);
    }

    /** Whether a shape has the dimensions this loss needs. */
    boolean fits(Shape shape) {
        return shape.rank() == small.rank();
    }

    /** Floats of the inputs together. */
    long floats(Shape shape) {
        return data.apply(shape).inputs().stream().mapToLong(input -> input.data().length).sum();
    }
}
