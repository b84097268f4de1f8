// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the values of an option are. They may be written as text, as JSON has them (numbers, text, booleans, lists), or
 * as Java does (arrays, enums, {@link Tensor}s).
 *
 * @param <T> what setters take
 */
public final class OptionType<T> {

    static final OptionType<Double> NUMBER = new OptionType<>("a number", OptionType::number);
    static final OptionType<Long> INTEGER = new OptionType<>("an integer", OptionType::integer);
    static final OptionType<Boolean> FLAG = new OptionType<>("true or false", OptionType::flag);
    static final OptionType<double[]> NUMBERS = new OptionType<>("numbers such as 1,2.5", OptionType::numbers);
    static final OptionType<int[]> INTEGERS = new OptionType<>("integers such as 0,2",
            raw -> list(raw).stream().mapToInt(i -> Math.toIntExact(integer(i))).toArray());

    /** A double[], or a Double: one of one is not the other. */
    static final OptionType<Object> NUMBER_OR_NUMBERS = new OptionType<>("a number, or several such as 1,2.5",
            raw -> raw instanceof Number || raw instanceof String s && !s.contains(",") ? (Object) number(raw)
                    : numbers(raw));

    /** What broadcasts: one number, one for each class, or any tensor. */
    static final OptionType<Tensor> TENSOR = new OptionType<>("a number, several such as 1,2.5, or a tensor",
            raw -> raw instanceof Tensor t ? t : raw instanceof Number || raw instanceof String s && !s.contains(",")
                    ? tensor(new double[] {number(raw)}).reshape() : tensor(numbers(raw)));

    /** One number for each of something. */
    static final OptionType<Tensor> VECTOR = new OptionType<>(
            "numbers such as 1,2.5, or a tensor of one dimension",
            raw -> raw instanceof Tensor t ? t : tensor(numbers(raw)));

    static final OptionType<Reduction> REDUCTION = of(Reduction.class);
    static final OptionType<MeanBy> MEAN_BY = of(MeanBy.class);

    private final String text;
    private final Function<Object, T> reader;

    private OptionType(String text, Function<Object, T> reader) {
        this.text = text;
        this.reader = reader;
    }

    /** One of the constants of an enum, in small letters. */
    @SafeVarargs
    static <E extends Enum<E>> OptionType<E> of(Class<E> type, E... some) {
        List<E> all = Arrays.asList(some.length == 0 ? type.getEnumConstants() : some);
        List<String> words = all.stream().map(OptionType::word).toList();
        return new OptionType<>(either(words), raw -> all.get(index(words, type.isInstance(raw)
                ? word((Enum<?>) raw) : raw)));
    }

    /** One of some words. */
    static OptionType<String> words(String... words) {
        return new OptionType<>(either(List.of(words)), raw -> words[index(List.of(words), raw)]);
    }

    private static int index(List<String> words, Object word) {
        int index = words.indexOf(word);
        if (index < 0) throw new IllegalArgumentException();
        return index;
    }

    private static String either(List<String> words) {
        return words.size() == 1 ? words.getFirst()
                : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Whether tensors are among the values.
     *
     * @return true for values that may come from a file of numbers
     */
    public boolean takesTensors() {
        return this == TENSOR || this == VECTOR;
    }

    /** A value, or an exception without a message where it is none. */
    T read(Object raw) {
        return reader.apply(raw);
    }

    /** A value that a loss gave, as JSON has it, but for tensors; floats with the digits that somebody wrote. */
    static Object plain(Object value) {
        return switch (value) {
            case Float f -> Double.valueOf(f.toString());
            case Integer i -> Long.valueOf(i);
            case Enum<?> e -> word(e);
            case null -> null;
            default -> {
                if (!value.getClass().isArray()) yield value;
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < Array.getLength(value); i++) {
                    list.add(plain(Array.get(value, i)));
                }
                yield List.copyOf(list);
            }
        };
    }

    /** A plain value as somebody would write it. */
    static String text(Object plain) {
        return switch (plain) {
            case Double d when d == Math.rint(d) && Math.abs(d) < 1e15 -> Long.toString(d.longValue());
            case Double d -> d.toString().replace(".0E", "e").replace('E', 'e');
            case List<?> list -> list.stream().map(OptionType::text).collect(Collectors.joining(","));
            case null, default -> String.valueOf(plain);
        };
    }

    private static Double number(Object raw) {
        return switch (raw) {
            case Number n -> n.doubleValue();
            case String s -> Double.parseDouble(s);
            case null, default -> throw new IllegalArgumentException();
        };
    }

    private static Long integer(Object raw) {
        if (raw instanceof Long || raw instanceof Integer) return ((Number) raw).longValue();
        double number = number(raw);
        if (number != Math.rint(number) || Math.abs(number) > 1L << 53) throw new IllegalArgumentException();
        return (long) number;
    }

    private static Boolean flag(Object raw) {
        return switch (raw) {
            case Boolean b -> b;
            case String s when s.equals("true") -> true;
            case String s when s.equals("false") -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    private static double[] numbers(Object raw) {
        return list(raw).stream().mapToDouble(OptionType::number).toArray();
    }

    private static List<?> list(Object raw) {
        return switch (raw) {
            case List<?> list -> list;
            case Number n -> List.of(n);
            case String s -> Arrays.asList(s.split(",", -1));
            default -> {
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < Array.getLength(raw); i++) {
                    list.add(Array.get(raw, i));
                }
                yield list;
            }
        };
    }

    private static Tensor tensor(double[] numbers) {
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return Tensor.of(floats);
    }

    /** In words, as in "expected a number". */
    @Override
    public String toString() {
        return text;
    }
}
