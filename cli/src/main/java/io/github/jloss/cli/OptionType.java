// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * What an option's values are, and how one is read from a command line (where all is text) or from JSON.
 *
 * @param text what messages call it
 * @param reader makes the value of what a user wrote (a String, Number, Boolean or List, never null) and the directory
 *     that file names are relative to; an IllegalArgumentException or ClassCastException says that it is none
 */
record OptionType(String text, BiFunction<Object, Path, Object> reader) {

    /** A Double. */
    static final OptionType NUMBER = new OptionType("a number", (raw, _) -> number(raw));

    /** A Double, or null, which is not the preset but a value of its own. */
    static final OptionType NUMBER_OR_NULL = new OptionType("a number or null", NUMBER.reader);

    /** An Integer. */
    static final OptionType INTEGER = new OptionType("an integer", (raw, _) -> integer(raw));

    /** A Boolean. */
    static final OptionType BOOLEAN = new OptionType("true or false", (raw, _) -> flag(raw));

    /** A double[]: a list in JSON, numbers with commas between them on a command line. */
    static final OptionType NUMBERS = new OptionType("numbers with commas between them",
            (raw, _) -> list(raw).stream().mapToDouble(OptionType::number).toArray());

    /** An int[], written likewise. */
    static final OptionType INTEGERS = new OptionType("integers with commas between them",
            (raw, _) -> list(raw).stream().mapToInt(OptionType::integer).toArray());

    /** A Tensor: a number, or an .npy file that broadcasts to the input. */
    static final OptionType TENSOR = new OptionType("a number or an .npy file",
            (raw, base) -> raw instanceof String file && file.endsWith(".npy")
                    ? Npy.read(base.resolve(file)).tensor()
                    : Tensor.of(new float[] {(float) number(raw)}, new long[0]));

    /** A Tensor of one dimension: an .npy file. */
    static final OptionType VECTOR = new OptionType("numbers with commas between them or an .npy file",
            (raw, base) -> raw instanceof String file && file.endsWith(".npy")
                    ? Npy.read(base.resolve(file)).tensor()
                    : Tensor.of(floats(raw)));

    /** One of some words, as a String. */
    static OptionType oneOf(String... words) {
        List<String> allowed = List.of(words);
        String text = String.join(", ", allowed.subList(0, words.length - 1)) + " or " + allowed.getLast();
        return new OptionType(text, (raw, _) -> {
            if (raw instanceof String word && allowed.contains(word)) return word;
            throw new IllegalArgumentException();
        });
    }

    /** The one value that a loss supports of an option of its reference. */
    static OptionType only(String value) {
        return new OptionType("only " + value, (raw, _) -> {
            if (raw.toString().equals(value)) return value;
            throw new IllegalArgumentException();
        });
    }

    private static double number(Object raw) {
        return raw instanceof Number n ? n.doubleValue() : Double.parseDouble((String) raw);
    }

    private static int integer(Object raw) {
        double number = number(raw);
        if (number != (int) number) throw new IllegalArgumentException();
        return (int) number;
    }

    private static boolean flag(Object raw) {
        return switch (raw) {
            case Boolean b -> b;
            case String s when s.equals("true") -> true;
            case String s when s.equals("false") -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    private static List<?> list(Object raw) {
        return raw instanceof List<?> list ? list : Arrays.asList(((String) raw).split(",", -1));
    }

    private static float[] floats(Object raw) {
        List<?> list = list(raw);
        float[] floats = new float[list.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) number(list.get(i));
        }
        return floats;
    }
}
